package io.larder.engine.reclaim;

import io.larder.engine.write.OpenDirectory;

/** The entries of a page's directory, wherever they are. */
public interface DirectorySource {

  int count();

  long keyHash(int entry);

  int offsetUnits(int entry);

  int lengthUnits(int entry);

  /** Bytes of that length that are padding. */
  int paddingBytes(int entry);

  /** Gives the memory back. */
  void release();

  /** The entries of a page that was never sealed. */
  static DirectorySource of(OpenDirectory directory) {
    return new DirectorySource() {
      @Override
      public int count() {
        return directory.count();
      }

      @Override
      public long keyHash(int entry) {
        return directory.keyHash(entry);
      }

      @Override
      public int offsetUnits(int entry) {
        return directory.offsetUnits(entry);
      }

      @Override
      public int lengthUnits(int entry) {
        return directory.lengthUnits(entry);
      }

      @Override
      public int paddingBytes(int entry) {
        return directory.paddingBytes(entry);
      }

      @Override
      public void release() {
        directory.release();
      }
    };
  }
}
