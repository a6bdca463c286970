package io.larder.engine.state;

/**
 * A device as the state file knows it.
 *
 * @param deviceId tells it from every other device of the store
 * @param pageCount pages cut from it; their ids follow those of the device before
 */
public record StateDevice(long deviceId, int pageCount) {}
