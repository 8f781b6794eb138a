package io.penstock.broker.home;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One partition, which is open here until it is said to be otherwise. Ids count up from 1. */
public final class OneHome implements Homes {

  private final AtomicInteger ids = new AtomicInteger();
  private volatile State state = State.OPEN;

  public void become(State next) {
    state = next;
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public int of(String idOrReplyKey) {
    return 0;
  }

  @Override
  public State state(int partition) {
    return state;
  }

  @Override
  public List<Integer> open() {
    return List.of(0);
  }

  @Override
  public String newId(String prefix) {
    return prefix + ids.incrementAndGet();
  }
}
