package io.larder.server.options;

/**
 * What was said about statistics by key prefix.
 *
 * @param delimiter ends the prefix of a key
 * @param areCounted whether they are kept from the start
 */
public record PrefixOptions(char delimiter, boolean areCounted) {}
