@NullMarked
package io.larder.bench.micro;

import org.jspecify.annotations.NullMarked;
