package io.penstock.compose.bench.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tracks which of the requests that were sent have a result, by id: the first result of a request
 * counts, further ones are duplicates, and one of a request that was never sent is a stranger. Not
 * safe for use by several threads; an owner guards it with what it adds.
 */
public final class FirstResults {

  /** The relation of a result to the requests sent. */
  public enum Arrival {
    FIRST,
    DUPLICATE,
    STRANGER
  }

  private final Map<String, Boolean> answeredById = new LinkedHashMap<>();
  private int answered;
  private int duplicates;
  private int strangers;

  /**
   * Enters a request; call it before the request may be sent.
   *
   * @throws IllegalArgumentException if the id was entered before
   */
  public void sending(String id) {
    if (answeredById.putIfAbsent(id, false) != null) {
      throw new IllegalArgumentException("id " + id + " was submitted twice");
    }
  }

  /** Enters a result and returns what it is. */
  public Arrival result(String id) {
    Boolean before = answeredById.get(id);
    if (before == null) {
      strangers++;
      return Arrival.STRANGER;
    }
    if (before) {
      duplicates++;
      return Arrival.DUPLICATE;
    }
    answeredById.put(id, true);
    answered++;
    return Arrival.FIRST;
  }

  public int sent() {
    return answeredById.size();
  }

  public int answered() {
    return answered;
  }

  /** Returns how many requests have no result yet. */
  public int open() {
    return sent() - answered;
  }

  public int duplicates() {
    return duplicates;
  }

  public int strangers() {
    return strangers;
  }

  /** The ids without a result, the lowest first, at most this many. */
  public List<String> openIds(int atMost) {
    return answeredById.entrySet().stream()
        .filter(entry -> !entry.getValue())
        .map(Map.Entry::getKey)
        .sorted()
        .limit(atMost)
        .toList();
  }
}
