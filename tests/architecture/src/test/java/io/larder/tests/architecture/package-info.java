/** The rules of the house, checked on its bytecode and its files. */
@NullMarked
package io.larder.tests.architecture;

import org.jspecify.annotations.NullMarked;
