package io.larder.protocol.command;

/** How the answer to a command reads. */
public enum ReplyForm {
  /** {@code VALUE key flags length} and the value; nothing for a miss. */
  VALUE,
  /** As {@link #VALUE}, with the CAS. */
  VALUE_WITH_CAS,
  /** {@code STORED} and its opposites. */
  STORE,
  /** As {@link #STORE}, for {@code cas}. */
  STORE_WITH_CAS,
  /** {@code DELETED} or {@code NOT_FOUND}. */
  DELETE,
  /** {@code TOUCHED} or {@code NOT_FOUND}. */
  TOUCH,
  /** The number. */
  NUMBER,
  /** {@code VA}, {@code HD} or {@code EN}. */
  META_GET,
  /** {@code HD}, {@code NS}, {@code EX} or {@code NF}. */
  META_SET,
  /** {@code HD}, {@code NF} or {@code EX}. */
  META_DELETE,
  /** {@code HD}, {@code VA}, {@code NF}, {@code NS} or {@code EX}. */
  META_ARITHMETIC,
  /** {@code ME key} and what is known about it. */
  META_DEBUG,
  /** A packet with flags, and key and value as asked. */
  PACKET_VALUE,
  /** A packet with the new CAS. */
  PACKET_STORE,
  /** A packet without anything. */
  PACKET_DELETE,
  /** A packet with a number of eight bytes. */
  PACKET_NUMBER,
  /** Nothing: the client has been answered already. */
  SILENT
}
