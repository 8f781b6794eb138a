package io.penstock.streams.score;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.RegistryPatience;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.serialization.Serializer;

/** Serialises what scoring writes. An instance belongs to one thread. */
final class RecordWriter {

  /** What a dead letter can do without, the most dispensable first. */
  private static final List<UnaryOperator<DeadLetter.Builder>> OMISSIONS =
      List.of(
          letter -> letter.setSourceValue(null),
          letter -> letter.setRequest(null),
          letter -> letter.setHeaders(Map.of()).setRepeatedHeaders(List.of()).setSourceKey(null));

  private final TopicNames topics;
  private final int homes;
  private final RecordLimits limits;
  private final RegistryPatience patience;
  private final Serializer<ScoredRequest> scored;
  private final Serializer<InferenceResult> results;
  private final Serializer<RequestStatus> states;
  private final Serializer<DeadLetter> deadLetters;

  RecordWriter(
      TopicSettings settings, RecordLimits limits, RegistryPatience patience, AvroSerdes serdes) {
    this.topics = settings.names();
    this.homes = settings.otherPartitions();
    this.limits = limits;
    this.patience = patience;
    this.scored = serdes.serializer(ScoredRequest.class);
    this.results = serdes.serializer(InferenceResult.class);
    this.states = serdes.serializer(RequestStatus.class);
    this.deadLetters = serdes.serializer(DeadLetter.class);
  }

  /**
   * The record for the model's partition; empty if Kafka would not take one so large.
   *
   * @param format how the result is to be written
   */
  Optional<Outgoing> work(ScoringOutcome.Scored outcome, ResultFormat format) {
    String topic = topics.work(outcome.request().getServiceClass());
    ScoredRequest request =
        ScoredRequest.newBuilder(outcome.request()).setResultFormat(format).build();
    byte[] bytes = patience.call(() -> scored.serialize(topic, request));
    return bytes.length > limits.workBytes()
        ? Optional.empty()
        : Optional.of(new Outgoing(topic, Optional.of(outcome.partition()), bytes));
  }

  Outgoing result(InferenceResult result) {
    String topic = topics.results();
    int home = HomePartitions.of(result.getReplyKey(), result.getId(), homes);
    byte[] bytes = patience.call(() -> results.serialize(topic, result));
    return new Outgoing(topic, Optional.of(home), bytes);
  }

  Outgoing state(RequestStatus status) {
    String topic = topics.lifecycle();
    int home = HomePartitions.of(status.getReplyKey(), status.getId(), homes);
    byte[] bytes = patience.call(() -> states.serialize(topic, status));
    return new Outgoing(topic, Optional.of(home), bytes);
  }

  /** Takes the state of an id's earlier request out of the home that it had. */
  Outgoing forgotten(Optional<String> replyKey, String id) {
    return new Outgoing(
        topics.lifecycle(), Optional.of(HomePartitions.of(replyKey, id, homes)), null);
  }

  Outgoing accepted(ScoringOutcome.Scored outcome) {
    ScoredRequest request = outcome.request();
    return state(
        RequestStatus.newBuilder()
            .setId(request.getId())
            .setState(RequestState.ACCEPTED)
            .setTenant(request.getTenant())
            .setServiceClass(request.getServiceClass())
            .setModel(request.getChoice().getModel())
            .setPartition(outcome.partition())
            .setBatchId(request.getBatchId().orElse(null))
            .setCustomId(request.getCustomId().orElse(null))
            .setReplyKey(request.getReplyKey().orElse(null))
            .setChangedAt(request.getScoredAt())
            .build());
  }

  /**
   * The dead letter, without as much as it takes to stay within the limit: the raw value, then the
   * request, then the headers and the key.
   */
  Outgoing deadLetter(DeadLetter letter) {
    String topic = topics.deadLetters();
    DeadLetter smaller = letter;
    byte[] bytes = patience.call(() -> deadLetters.serialize(topic, letter));
    for (UnaryOperator<DeadLetter.Builder> omission : OMISSIONS) {
      if (bytes.length <= limits.deadLetterBytes()) {
        break;
      }
      smaller = omission.apply(DeadLetter.newBuilder(smaller)).build();
      DeadLetter tried = smaller;
      bytes = patience.call(() -> deadLetters.serialize(topic, tried));
    }
    return Outgoing.byKey(topic, bytes);
  }
}
