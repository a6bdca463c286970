package io.larder.engine.reclaim;

import io.larder.engine.model.GiveUpReason;
import io.larder.engine.page.Page;
import java.io.IOException;

/** Hears what reclaim does. Called by the reclaim step, with no lock held. */
public interface ReclaimListener extends ReadCounter {

  /** A live record has been moved to another page. */
  void rescued(int bytes);

  /**
   * A page is about to be given up: from here on nothing on it outlives this run. Before any of its
   * addresses goes.
   */
  void givingUp(Page page);

  void readFailed(int deviceIndex, IOException why);

  /** A page's directory could not be read, and its owner went through its whole index instead. */
  void directoryFailed(Page page, IOException why);

  /**
   * A page is to be given up at any rate, and none is sealed: open ones have to be sealed first.
   */
  void nothingSealed();

  /**
   * A page has been closed.
   *
   * @param isFree whether nobody held a lease on it
   */
  void closed(Page page, GiveUpReason reason, boolean isFree);
}
