package io.larder.engine.page;

/**
 * The states a page moves through, and the only moves allowed.
 *
 * <pre>
 *        claim           seal            close         last lease returns
 *  FREE ───────▶ OPEN ──────────▶ SEALED ──────▶ CLOSING ──────────────▶ FREE
 *                 │ write refused                  ▲
 *                 └──────────────▶ FAILED ─────────┘ close
 *
 *        lives on             found again
 *  FREE ──────────▶ RESTORING ──────────▶ SEALED
 * </pre>
 */
public enum PageState {
  /** Holds nothing. */
  FREE,
  /** Belongs to a bucket and is being filled. */
  OPEN,
  /**
   * Has lived on from an earlier run; its records are being found again, and can be read as they
   * are. It is not given up before all of them are.
   */
  RESTORING,
  /** Full, flushed, its directory written; read-only. */
  SEALED,
  /** The device refused a write; nothing on it counts. */
  FAILED,
  /** Lets nobody in and waits for its last lease. */
  CLOSING;

  boolean canBecome(PageState next) {
    return switch (this) {
      case FREE -> next == OPEN || next == RESTORING;
      case RESTORING -> next == SEALED;
      case OPEN -> next == SEALED || next == FAILED;
      case SEALED, FAILED -> next == CLOSING;
      case CLOSING -> next == FREE;
    };
  }
}
