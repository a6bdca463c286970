package io.larder.engine.layout;

import java.util.UUID;

/**
 * What every page header says of the store it belongs to.
 *
 * @param storeId made when the store was
 * @param hashSeed seed of the hash in directories
 */
public record StoreIdentity(UUID storeId, long hashSeed) {}
