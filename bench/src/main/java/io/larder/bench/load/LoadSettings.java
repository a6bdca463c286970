package io.larder.bench.load;

import io.larder.bench.wire.RequestWriter;
import io.larder.bench.workload.Workload;

/**
 * How load is put on a server.
 *
 * @param server where it listens
 * @param workload what is asked for
 * @param protocol how it is asked
 * @param connections of all threads together
 * @param threads of the client
 * @param pipeline requests of a connection that are under way at once
 * @param multiget keys of each read
 * @param seed of everything that is drawn
 * @param verifies whether every value that is read is checked
 * @param io how sockets are driven
 */
public record LoadSettings(
    ServerAddress server,
    Workload workload,
    RequestWriter.Protocol protocol,
    int connections,
    int threads,
    int pipeline,
    int multiget,
    long seed,
    boolean verifies,
    ClientIo io) {}
