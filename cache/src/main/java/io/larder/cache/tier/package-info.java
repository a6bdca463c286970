/** What keeps index, RAM log and flash in step: demotion, rescue, and the books of both tiers. */
@NullMarked
package io.larder.cache.tier;

import org.jspecify.annotations.NullMarked;
