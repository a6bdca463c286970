/**
 * Where the notes that outlive the process are kept.
 *
 * <p>Files in reading order: {@code StateStorage}, {@code StateAppender}, {@code StateReader},
 * {@code FileStateStorage}, {@code FileStateAppender}, {@code FileStateReader}, {@code
 * Uninterrupted}, {@code BootId}.
 */
@NullMarked
package io.larder.platform.state;

import org.jspecify.annotations.NullMarked;
