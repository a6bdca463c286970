package io.larder.bench.compare;

import io.larder.bench.load.ClientIo;
import io.larder.bench.load.LoadSettings;
import io.larder.bench.load.ServerAddress;
import io.larder.bench.wire.RequestWriter.Protocol;
import io.larder.bench.workload.KeyWindow;
import io.larder.bench.workload.OperationMix;
import io.larder.bench.workload.Popularity;
import io.larder.bench.workload.Ttls;
import io.larder.bench.workload.ValueSizes;
import io.larder.bench.workload.Workload;

/** A load that servers are compared under. */
@SuppressWarnings("ImmutableEnumChecker") // Plain words and numbers.
public enum Scenario {
  get("gets, 50 connections", Protocol.classic, 50, 1, 1, "get=100"),
  pipeline("gets, 50 connections, 20 under way on each", Protocol.classic, 50, 20, 1, "get=100"),
  multiget("gets of 50 keys, 50 connections", Protocol.classic, 50, 1, 50, "get=100"),
  set("sets, 50 connections", Protocol.classic, 50, 1, 1, "set=100"),
  mixed("9 gets to a set, 50 connections", Protocol.classic, 50, 1, 1, "get=90,set=10"),
  meta("mg, 50 connections", Protocol.meta, 50, 1, 1, "get=100"),
  meta_pipeline("mg, 50 connections, 20 under way on each", Protocol.meta, 50, 20, 1, "get=100"),
  flash("gets, 32 connections", Protocol.classic, 32, 1, 1, "get=100"),
  flash_pipeline("gets, 4 connections, 8 under way on each", Protocol.classic, 4, 8, 1, "get=100"),
  flash_multiget("gets of 16 keys, 2 connections", Protocol.classic, 2, 1, 16, "get=100");

  private static final int KEY_BYTES = 16;

  private final String about;
  private final Protocol protocol;
  private final int connections;
  private final int depth;
  private final int keysPerRead;
  private final String mix;

  Scenario(
      String about, Protocol protocol, int connections, int depth, int keysPerRead, String mix) {
    this.about = about;
    this.protocol = protocol;
    this.connections = connections;
    this.depth = depth;
    this.keysPerRead = keysPerRead;
    this.mix = mix;
  }

  /** In a few words, for the table. */
  public String about() {
    return about;
  }

  /** Whether it asks for what is on flash, so that servers have to hold more than their RAM. */
  public boolean isOfFlash() {
    return this == flash || this == flash_pipeline || this == flash_multiget;
  }

  /** This load on a server. */
  public LoadSettings settings(ServerAddress server, long keyCount, int valueBytes, long seed) {
    Workload workload =
        new Workload(
            name(),
            new KeyWindow(keyCount),
            Popularity.uniform(keyCount),
            new ValueSizes.Fixed(valueBytes),
            OperationMix.parse(mix),
            KEY_BYTES,
            Ttls.NONE,
            0,
            false);
    return new LoadSettings(
        server, workload, protocol, connections, 1, depth, keysPerRead, seed, false, ClientIo.auto);
  }
}
