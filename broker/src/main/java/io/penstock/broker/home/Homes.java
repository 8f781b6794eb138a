package io.penstock.broker.home;

import java.util.List;

/** Which homes this instance owns. Safe for use by many threads. */
public interface Homes {

  /** How far this instance is with a partition. */
  enum State {
    /** Another instance owns it, or none does. */
    ELSEWHERE,
    /** This instance is taking it over: it cannot answer for it yet, and soon will. */
    OPENING,
    /** This instance owns it and knows what it holds. */
    OPEN
  }

  /** How many partitions there are. */
  int count();

  /** The home of an id, or of whatever a request has for its {@code replyKey}. */
  int of(String idOrReplyKey);

  State state(int partition);

  /** The partitions that are open, ascending. */
  List<Integer> open();

  /**
   * A new id whose home is open here.
   *
   * @param prefix what it begins with, such as {@code batch_}
   * @throws NoHomeException if none is open; try again soon
   */
  String newId(String prefix);
}
