package io.larder.bench.workload;

/** What a request asks for. */
public enum OperationKind {
  /** A key of the workload is read. */
  get("get"),
  /** A key of the workload is written. */
  set("set"),
  /** A key of the workload is deleted. */
  delete("delete"),
  /** A key that nobody ever writes is read, another one each time: always a miss. */
  lone_get("lone-get"),
  /** A key that nobody ever reads is written, another one each time. */
  lone_set("lone-set");

  private final String word;

  OperationKind(String word) {
    this.word = word;
  }

  /** Its name in {@code --mix}. */
  public String word() {
    return word;
  }

  public boolean isWrite() {
    return this == set || this == lone_set;
  }

  public boolean isRead() {
    return this == get || this == lone_get;
  }

  public boolean isLone() {
    return this == lone_get || this == lone_set;
  }
}
