package io.larder.engine.state;

import io.larder.engine.layout.StoreIdentity;
import java.util.List;
import java.util.UUID;

/**
 * What the header of a state file says: which flash its notes are about.
 *
 * @param store the store that the pages belong to
 * @param bootId of the machine when the file was begun; zeros where the system does not tell
 * @param pageBytes size of a page
 * @param devices in the order of their page ids
 */
public record StateIdentity(
    StoreIdentity store, UUID bootId, int pageBytes, List<StateDevice> devices) {
  /** Keeps a copy of the list. */
  public StateIdentity {
    devices = List.copyOf(devices);
  }

  /** Pages of all devices together. */
  public int pageCount() {
    return devices.stream().mapToInt(StateDevice::pageCount).sum();
  }
}
