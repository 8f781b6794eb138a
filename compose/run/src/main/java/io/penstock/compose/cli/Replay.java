package io.penstock.compose.cli;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Makes the request to produce again from a dead letter: from the request in the letter, else from
 * the record's bytes in it, else from the record itself at its offset, while the log keeps it.
 */
final class Replay {

  /** The label that names the request replayed. */
  static final String REPLAY_OF = "replayOf";

  private static final String DELIVERY = "delivery";
  private static final int MAX_ATTRIBUTES = 16;

  /** What can be done about a letter. */
  sealed interface Plan {
    /**
     * Produce this.
     *
     * @param note what differs from the original, empty if nothing but the id
     */
    record Produce(InferenceRequest request, String note) implements Plan {}

    /** Nothing, and why. */
    record Impossible(String reason) implements Plan {}
  }

  private final TopicNames names;
  private final AvroSerdes serdes;
  private final TopicLog log;

  Replay(TopicNames names, AvroSerdes serdes, TopicLog log) {
    this.names = names;
    this.serdes = serdes;
    this.log = log;
  }

  /**
   * Plans the replay.
   *
   * @param sameId keep the id, which is answered by the earlier result while that is remembered
   */
  Plan plan(DeadLetter letter, boolean sameId, Instant now) {
    if (letter.getStage().equals(DELIVERY)) {
      // Its request was served: running it again would cost again.
      return new Plan.Impossible(
          "it was served, and only the copy to its reply topic failed. Its result is on %s, partition %d, offset %d: 'penstock results --id %s' prints it"
              .formatted(
                  letter.getSourceTopic(),
                  letter.getSourcePartition(),
                  letter.getSourceOffset(),
                  letter.getRequestId().orElse("ID")));
    }
    Optional<InferenceRequest> original;
    try {
      original = original(letter);
    } catch (SerializationException e) {
      return new Plan.Impossible(
          "its bytes are no readable request (%s); submit it again from its source"
              .formatted(e.getMessage()));
    }
    if (original.isEmpty()) {
      return new Plan.Impossible(
          "it carries no payload, and the log no longer holds %s-%d at offset %d; submit it again"
                  .formatted(
                      letter.getSourceTopic(),
                      letter.getSourcePartition(),
                      letter.getSourceOffset())
              + " from its source");
    }
    return again(original.get(), letter, sameId, now);
  }

  private Optional<InferenceRequest> original(DeadLetter letter) {
    if (letter.getRequest().isPresent()) {
      return letter.getRequest();
    }
    if (letter.getSourceValue().isPresent()) {
      return Optional.of(decode(letter.getSourceTopic(), bytes(letter.getSourceValue().get())));
    }
    return log.at(letter.getSourceTopic(), letter.getSourcePartition(), letter.getSourceOffset())
        .filter(entry -> entry.value() != null)
        .map(entry -> decode(entry.topic(), entry.value()));
  }

  private InferenceRequest decode(String topic, byte[] value) {
    return names.classOfWork(topic).isPresent()
        ? serdes.deserializer(ScoredRequest.class).deserialize(topic, value).getRequest()
        : serdes.deserializer(InferenceRequest.class).deserialize(topic, value);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private Plan again(InferenceRequest original, DeadLetter letter, boolean sameId, Instant now) {
    StringBuilder note = new StringBuilder();
    InferenceRequest.Builder again = InferenceRequest.newBuilder(original).setCreatedAt(now);
    if (!sameId) {
      again.setId(Ids.next());
      Map<String, String> attributes = new HashMap<>(original.getAttributes());
      if (attributes.size() < MAX_ATTRIBUTES || attributes.containsKey(REPLAY_OF)) {
        attributes.put(REPLAY_OF, original.getId());
        again.setAttributes(attributes);
      } else {
        note.append("without attribute replayOf, since all 16 are taken; ");
      }
    }
    if (original.getDeadline().filter(deadline -> !deadline.isAfter(now)).isPresent()) {
      again.setDeadline(null);
      note.append("with the class's default deadline, since its own has passed; ");
    }
    if (original.getServiceClass().isEmpty()) {
      again.setServiceClass(sourceClass(letter));
    }
    return new Plan.Produce(again.build(), note.toString().replaceAll("; $", ""));
  }

  /** A request without a class takes that of the topic it was produced to. */
  private ServiceClass sourceClass(DeadLetter letter) {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      if (names.requests(serviceClass).equals(letter.getSourceTopic())) {
        return serviceClass;
      }
    }
    return names.classOfWork(letter.getSourceTopic()).orElse(ServiceClass.STANDARD);
  }
}
