package io.larder.tests.simulation.oracle;

/**
 * When something happened, and what had been counted by then.
 *
 * @param turn grows with every question and every answer
 * @param seconds unix seconds
 * @param losses items that the cache says it has lost, for whatever reason
 * @param collisions items that it says may have been taken for another key's
 * @param lastSequence the largest CAS that it has given to an item
 * @param restoredTurn when all items of an earlier process had been found, as far as they are
 *     there; the largest number while they are being looked for
 * @param settledTurn whatever was answered by then outlives the machine
 */
record Moment(
    long turn,
    long seconds,
    long losses,
    long collisions,
    long lastSequence,
    long restoredTurn,
    long settledTurn) {}
