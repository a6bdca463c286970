package io.larder.cache.model;

/**
 * Carries out requests for one thread.
 *
 * <p><b>Threads.</b> Confined to its owner thread, on which every answer arrives too.
 */
public interface RequestExecutor {

  /**
   * Carries out {@code request}.
   *
   * <p>Requests on one key take effect in the order in which they are given to one executor,
   * however late their answers are; reads that change nothing may be answered out of order.
   *
   * @return whether it has been answered already; if not, the answer comes later on the same
   *     thread, and key and value must stay where the request says they are until then
   */
  boolean execute(Request request);

  /**
   * Is told of keys before reads of them are given, so that what these need is on its way to the
   * processor for all of them at once. Nothing is decided, changed or counted, and nobody need ask
   * for the keys afterwards.
   */
  default void foresee(ForeseenKeys keys) {}

  /** The cache's time in unix seconds, for turning relative expiries into absolute ones. */
  long nowSeconds();

  /** Whether an item of these sizes is within the largest that the cache takes. */
  boolean fits(int keyLength, int flags, int valueLength);

  /**
   * Begins to go over all items; whoever asks closes the walk before the executor ends.
   *
   * @param withFlash whether items on flash are shown, each of which costs a read of the device
   */
  ItemWalk walk(ItemVisitor visitor, boolean withFlash);
}
