/**
 * The state file: notes that outlive the process and say what on the flash still counts.
 *
 * <p>Files in reading order: {@code StateLog}, {@code StateValue}, {@code StateIdentity}, {@code
 * StateDevice}, {@code StateHeaderLayout}, {@code NoteLayout}, {@code NoteKind}, {@code
 * SavedState}, {@code SavedTombstones}, {@code ChangedGroups}, {@code LongMap}, {@code StateFile},
 * {@code StateRewrite}, {@code LiveNotes}, {@code GroupCommit}, {@code StateSnapshot}, {@code
 * StateLook}.
 */
@NullMarked
package io.larder.engine.state;

import org.jspecify.annotations.NullMarked;
