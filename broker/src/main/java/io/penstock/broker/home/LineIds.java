package io.penstock.broker.home;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ids of requests of batches: {@code BATCH.LINE}, where the batch's id is one that the front
 * has made. Their home is the batch's.
 */
public final class LineIds {

  private static final Pattern LINE =
      Pattern.compile("((?:msg)?batch_i?[0-9a-f]{32})\\.[0-9]{1,8}");

  private LineIds() {}

  /** What the home of an id follows from: its batch's id, or the id itself. */
  public static String homeKey(String id) {
    Matcher line = LINE.matcher(id);
    return line.matches() ? line.group(1) : id;
  }
}
