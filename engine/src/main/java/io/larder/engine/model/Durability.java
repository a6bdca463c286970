package io.larder.engine.model;

/** What the flash tier survives. */
public enum Durability {
  /** The end of the process, however it comes. After a loss of power the flash starts empty. */
  KILL,
  /** A loss of power too: notes are on the device before what they are about is answered. */
  POWER
}
