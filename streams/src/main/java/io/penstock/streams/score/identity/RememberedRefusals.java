package io.penstock.streams.score.identity;

import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;

/** The part of a refusal that is remembered. */
final class RememberedRefusals {

  /** What is known of a refusal that another version of Penstock wrote down. */
  static final Refusal UNKNOWN =
      new Refusal(
          RefusalCode.INVALID_ID,
          "id",
          "the first request with this id was refused; its result says why");

  /** Each remembered id costs this on disk, so long messages lose their ends. */
  private static final int MAX_MESSAGE = 300;

  private RememberedRefusals() {}

  static String shortened(String message) {
    return Abbreviated.of(message, MAX_MESSAGE);
  }
}
