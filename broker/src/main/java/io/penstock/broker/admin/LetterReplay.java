package io.penstock.broker.admin;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.client.Resubmission;
import io.penstock.schemas.topics.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Decides whether and how the request of a dead letter can be sent again. */
final class LetterReplay {

  private static final String DELIVERY = "delivery";

  /** What can be done. */
  sealed interface Plan {

    /**
     * Send this.
     *
     * @param format how the result is to be written, as the original wanted it
     */
    record Send(Resubmission resubmission, ResultFormat format) implements Plan {}

    /** Nothing, and why. */
    record Impossible(String reason) implements Plan {}
  }

  private LetterReplay() {}

  /**
   * Decides.
   *
   * @param id the letter's
   */
  static Plan of(LetterId id, DeadLetter letter, TopicNames names, Instant now) {
    if (letter.getStage().equals(DELIVERY)) {
      // Its request was served: running it again would cost again.
      return new Plan.Impossible(
          "The request was served, and only the copy to its reply topic failed. Its result is on"
              + " %s, partition %d, offset %d."
                  .formatted(
                      letter.getSourceTopic(),
                      letter.getSourcePartition(),
                      letter.getSourceOffset()));
    }
    Optional<InferenceRequest> original = letter.getRequest();
    if (original.isEmpty()) {
      return new Plan.Impossible(
          "The letter holds no request that could be read: %s. Correct it and submit it again, or let 'penstock dead-letters replay' read its bytes."
              .formatted(letter.getFailure().getMessage()));
    }
    return new Plan.Send(
        Resubmission.of(original.get(), letter.getSourceTopic(), names, newId(id, letter), now),
        letter.getResultFormat().orElse(ResultFormat.AVRO));
  }

  /** The same at each try, so that a letter that is replayed twice runs once. */
  private static String newId(LetterId id, DeadLetter letter) {
    String seed = "%s %s %s".formatted(id, letter.getDeadAt(), letter.getRequestId().orElse(""));
    return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
