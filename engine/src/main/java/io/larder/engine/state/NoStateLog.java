package io.larder.engine.state;

/** Forgets every note. */
final class NoStateLog implements StateLog {
  @Override
  public boolean isKept() {
    return false;
  }

  @Override
  public void mark(int pageId, long version) {}

  @Override
  public void tombstone(int pageId, long version, int offsetUnits) {}

  @Override
  public void revive(int pageId, long version, int offsetUnits) {}

  @Override
  public void value(StateValue which, long value) {}

  @Override
  public void keyChanged(long keyHash) {}

  @Override
  public void rebuilt() {}

  @Override
  public void force() {}

  @Override
  public void endedCleanly() {}
}
