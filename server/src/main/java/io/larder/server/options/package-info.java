/**
 * The command line of {@code larder serve}, and what it means.
 *
 * <p>Files in reading order: {@code ServeArguments}, {@code ExtendedOption}, {@code ServeConfig},
 * {@code AccessOptions}, {@code ProcessOptions}, {@code PrefixOptions}, {@code FlashOptions},
 * {@code ServeParser}, {@code ExtendedValues}, {@code ListenAddress}, {@code Sizes}, {@code
 * IoChoice}, {@code Problems}.
 */
@NullMarked
package io.larder.server.options;

import org.jspecify.annotations.NullMarked;
