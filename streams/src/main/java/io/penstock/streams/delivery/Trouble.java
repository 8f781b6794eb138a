package io.penstock.streams.delivery;

import io.penstock.schemas.FailureCategory;

/** A reason for which a result could not be copied to its reply topic. */
enum Trouble {
  NOT_ALLOWED(
      FailureCategory.INVALID,
      "reply_topic_not_allowed",
      "the tenant may not have results copied to reply topic '%s'; allow it in replyTopics of the"
          + " tenant's policy. The result is on the results topic"),
  MISSING(
      FailureCategory.INVALID,
      "reply_topic_missing",
      "reply topic '%s' does not exist; create it. The result is on the results topic"),
  TOO_LARGE(
      FailureCategory.INVALID,
      "reply_topic_too_small",
      "the result is larger than reply topic '%s' takes; raise its max.message.bytes. The result is"
          + " on the results topic"),
  NOT_AUTHORISED(
      FailureCategory.REJECTED,
      "reply_topic_not_authorised",
      "the delivery job may not write to reply topic '%s'; give its principal WRITE and DESCRIBE."
          + " The result is on the results topic"),
  REFUSED(
      FailureCategory.REJECTED,
      "reply_topic_refused",
      "reply topic '%s' refused the record; compare its settings with those of the results topic."
          + " The result is on the results topic"),
  UNAVAILABLE(
      FailureCategory.TIMEOUT,
      "reply_topic_unavailable",
      "reply topic '%s' took no record in time, or has too few replicas in sync. The result is on"
          + " the results topic"),
  UNREADABLE(
      FailureCategory.INVALID,
      "unreadable_record",
      "the record cannot be read. Only Penstock's own jobs should write to this topic");

  private final FailureCategory category;
  private final String code;
  private final String message;

  Trouble(FailureCategory category, String code, String message) {
    this.category = category;
    this.code = code;
    this.message = message;
  }

  FailureCategory category() {
    return category;
  }

  String code() {
    return code;
  }

  String message(String topic) {
    return message.formatted(topic);
  }
}
