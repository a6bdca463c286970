package io.larder.protocol.listing;

/** How a list of keys reads. */
public enum ListingForm {
  /** A line with all that is known about an item, of {@code lru_crawler metadump}. */
  METADUMP("END\r\n"),
  /** A line that asks for the item, of {@code lru_crawler mgdump}. */
  MGDUMP("EN\r\n"),
  /** A line with size and expiry, of {@code stats cachedump}. */
  CACHEDUMP("END\r\n");

  final String end;

  ListingForm(String end) {
    this.end = end;
  }
}
