package io.larder.tests.conformance.same;

import io.larder.tests.conformance.same.Wire.Pace;
import java.util.List;

/**
 * What a client says, in bursts, each on a connection of its own.
 *
 * <p>One character stands for one byte. What differs from run to run or from server to server is
 * written in angle quotes:
 *
 * <ul>
 *   <li>{@code ‹a›}: a key, the same wherever this script says {@code a};
 *   <li>{@code ‹a:250›}: a key made up to that length;
 *   <li>{@code ‹b64 a›}: the same key as {@code ‹a›}, in base64;
 *   <li>{@code ‹cas a›}: the CAS number of the key when the burst begins, 0 if it is not there;
 *   <li>{@code ‹now+100›}, {@code ‹now-100›}: a date;
 *   <li>{@code ‹packet op=00 key=a›}: a packet of the binary protocol, see {@link PacketTemplate}.
 * </ul>
 */
record Script(String name, List<Burst> bursts) {

  /** Commands that are sent without waiting for answers. */
  record Burst(List<String> commands, Pace pace, long paceSeed) {}
}
