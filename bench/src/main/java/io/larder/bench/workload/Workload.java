package io.larder.bench.workload;

/**
 * What is asked for.
 *
 * @param name in a word or two
 * @param keys which keys there are
 * @param popularity how often each is asked for
 * @param sizes how large their values are
 * @param mix what is done with them
 * @param keyBytes of each key
 * @param ttls how long values live
 * @param churnPerSecond how many keys are replaced by new ones in a second
 * @param lookAside whether what is missed is then written
 */
public record Workload(
    String name,
    KeyWindow keys,
    Popularity popularity,
    ValueSizes sizes,
    OperationMix mix,
    int keyBytes,
    Ttls ttls,
    double churnPerSecond,
    boolean lookAside) {}
