package io.penstock.schemas.topics;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Feedback;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.FrontEntry;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.WorkerDemand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every topic of a Penstock, as its settings lay it out.
 *
 * <p>All topics stamp records with the time of their append. Acceptance is measured by that clock,
 * and neither a client's wrong clock nor a record that Streams forwards with an old timestamp makes
 * retention delete it early.
 */
public final class TopicCatalog {

  /** What a record carries besides the body: other fields, headers, batch overhead. */
  static final int HEADROOM_BYTES = 1024 * 1024;

  private static final String REQUEST = "request id";
  private static final String WORKER = "worker id";

  /** A stream that nobody has read by then is not resumed; the result is kept for longer. */
  private static final Duration CHUNKS = Duration.ofHours(1);

  private static final Duration SIGNALS = Duration.ofHours(6);
  private static final Duration DECISIONS = Duration.ofHours(24);
  private static final Duration DEAD_LETTERS = Duration.ofDays(14);

  /** Judgements may come late, and are worth more the more there are. */
  private static final Duration FEEDBACK = Duration.ofDays(90);

  private final TopicSettings settings;
  private final List<TopicSpec> topics;

  public TopicCatalog(TopicSettings settings) {
    this.settings = settings;
    this.topics = List.copyOf(all());
  }

  public List<TopicSpec> topics() {
    return topics;
  }

  /** The topic of this name, or empty if it is not one of Penstock's. */
  public Optional<TopicSpec> topic(String name) {
    return topics.stream().filter(topic -> topic.name().equals(name)).findFirst();
  }

  private List<TopicSpec> all() {
    TopicNames names = settings.names();
    int models = settings.modelPartitions();
    int others = settings.otherPartitions();
    Duration life = settings.workRetention();
    Duration results = settings.resultRetention();
    TopicConfigs requests = TopicConfigs.deletedAfter(life).accepting(payloadBytes(1));
    List<TopicSpec> all = new ArrayList<>();
    for (ServiceClass serviceClass : ServiceClass.values()) {
      String what = "Requests of class " + serviceClass;
      add(
          all,
          names.requests(serviceClass),
          what,
          REQUEST,
          InferenceRequest.class,
          others,
          requests);
    }
    for (ServiceClass serviceClass : ServiceClass.values()) {
      String what = "Scored requests of class " + serviceClass;
      add(all, names.work(serviceClass), what, REQUEST, ScoredRequest.class, models, requests);
    }
    TopicConfigs signals = TopicConfigs.deletedAfter(SIGNALS);
    String demand = "What workers are willing to take";
    add(all, names.demand(), demand, WORKER, WorkerDemand.class, models, signals);
    // An outcome that dead-letters a request carries an answer and the request.
    TopicConfigs outcomes = TopicConfigs.deletedAfter(DECISIONS).accepting(payloadBytes(2));
    add(
        all,
        names.outcomes(),
        "How attempts ended",
        REQUEST,
        AttemptOutcome.class,
        models,
        outcomes);
    String leases = "What dispatch tells workers";
    add(all, names.leases(), leases, WORKER, Lease.class, others, signals);
    TopicConfigs answers = TopicConfigs.deletedAfter(results).accepting(payloadBytes(1));
    String result = "The one result of each request";
    add(all, names.results(), result, REQUEST, InferenceResult.class, others, answers);
    String copy = "Results as JSON, copied for requesters that want them so";
    // A body that is no JSON becomes a string, whose escapes take more room.
    TopicConfigs copies = TopicConfigs.deletedAfter(results).accepting(payloadBytes(2));
    all.add(spec(names.resultsJson(), copy, REQUEST, InferenceResult.class, true, others, copies));
    // A state may be the latest one until the deadline, or until the result is forgotten.
    TopicConfigs states =
        TopicConfigs.latestOfEachFor(life.compareTo(results) >= 0 ? life : results);
    String state = "Where each request is in its life";
    String whose = "tenant, U+001F, request id";
    add(all, names.lifecycle(), state, whose, RequestStatus.class, others, states);
    // An engine may give a whole answer as one chunk.
    TopicConfigs pieces = TopicConfigs.deletedAfter(CHUNKS).accepting(payloadBytes(1));
    String chunk = "Pieces of answers while their engines give them";
    add(all, names.chunks(), chunk, REQUEST, TokenChunk.class, others, pieces);
    TopicConfigs registry = TopicConfigs.latestOfEach();
    add(all, names.models(), "The model registry", "model name", ModelSpec.class, 1, registry);
    String policy = "The routing policy and its state";
    add(all, names.routing(), policy, "KIND/NAME", RoutingEntry.class, 1, registry);
    String fleet = "What dispatch knows of workers and backlog";
    add(all, names.fleet(), fleet, "PARTITION/TARGET", FleetReport.class, 1, registry);
    // A shard that is away for long must still find what was handed to it.
    TopicConfigs transfers = TopicConfigs.deletedAfter(life);
    String moved = "Waiting requests that change their model's partition";
    add(all, names.transfers(), moved, REQUEST, DispatchTransfer.class, models, transfers);
    TopicConfigs commands = TopicConfigs.deletedAfter(DECISIONS);
    String command = "Commands of operators";
    String either = "request id or worker id";
    add(all, names.control(), command, either, ControlCommand.class, models, commands);
    String cancel = "Requesters' cancellations of their own requests";
    add(all, names.cancellations(), cancel, REQUEST, ControlCommand.class, models, commands);
    // A dead letter holds the record's bytes and, where they could be read, the request.
    TopicConfigs dead = TopicConfigs.deletedAfter(DEAD_LETTERS).accepting(payloadBytes(2));
    String letters = "Records that could not be served";
    add(all, names.deadLetters(), letters, REQUEST, DeadLetter.class, others, dead);
    TopicConfigs judgements = TopicConfigs.deletedAfter(FEEDBACK);
    String opinion = "How good results were";
    add(all, names.feedback(), opinion, REQUEST, Feedback.class, others, judgements);
    String kept = "What the HTTP front keeps, by home partition";
    add(all, names.front(), kept, "KIND/ID", FrontEntry.class, others, registry);
    return all;
  }

  private void add(
      List<TopicSpec> all,
      String name,
      String purpose,
      String key,
      Class<? extends SpecificRecord> value,
      int partitions,
      TopicConfigs configs) {
    all.add(spec(name, purpose, key, value, false, partitions, configs));
  }

  private TopicSpec spec(
      String name,
      String purpose,
      String key,
      Class<? extends SpecificRecord> value,
      boolean json,
      int partitions,
      TopicConfigs configs) {
    short copies = settings.replicationFactor();
    Map<String, String> kafka = configs.toMap(settings.minInSyncReplicas());
    return new TopicSpec(name, purpose, key, value, json, partitions, copies, kafka);
  }

  private int payloadBytes(int bodies) {
    return bodies * settings.maxRequestBytes() + HEADROOM_BYTES;
  }
}
