package io.penstock.streams.score;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.extension.Extensions;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.routing.ReplyTopicRule;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.runtime.BatchEnd;
import io.penstock.streams.runtime.ClockProbe;
import io.penstock.streams.runtime.CrashLoop;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.LatestWork;
import io.penstock.streams.runtime.LogClock;
import io.penstock.streams.runtime.PolledBatches;
import io.penstock.streams.runtime.RegistryPatience;
import io.penstock.streams.runtime.StartPositions;
import io.penstock.streams.runtime.StreamsState;
import io.penstock.streams.runtime.ThreadReplacement;
import io.penstock.streams.score.complexity.ComplexityPredictor;
import io.penstock.streams.score.complexity.ComplexityPredictorProvider;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import io.penstock.streams.score.identity.FirstDecision;
import io.penstock.streams.score.identity.FirstDecisions;
import io.penstock.streams.score.identity.SharedMemory;
import io.penstock.streams.score.model.ChooserParts;
import io.penstock.streams.score.model.ModelChooser;
import io.penstock.streams.score.model.ModelChooserProvider;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.prediction.Complexity;
import io.penstock.streams.score.request.RequestLimits;
import io.penstock.streams.score.request.RequestValidator;
import io.penstock.streams.score.spend.AdmittedCost;
import io.penstock.streams.score.tokens.PromptTokenEstimator;
import io.penstock.streams.score.view.FleetFollower;
import io.penstock.streams.score.view.FollowedViews;
import io.penstock.streams.score.view.ModelView;
import io.penstock.streams.score.view.RoutingView;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;

/**
 * Scoring of all three classes in one process: an instance of Kafka Streams for each, so that no
 * class waits behind another's records.
 */
public final class ScoreApplication {

  /** A spec's usual encoding, loaded while the instances start. */
  private static final String USUAL_ENCODING = "cl100k_base";

  /** The quality floor of tenants without a policy, as in RouteLLM's CPT80. */
  private static final RoutingGoal GOAL = new RoutingGoal.QualityFloor(0.8);

  /** Batch goes on giving way for so long after a request that somebody waits for. */
  private static final Duration GIVING_WAY = Duration.ofSeconds(10);

  private final ScoreConfig config;
  private final ClusterConnection connection;
  private final TopicSettings settings;
  private final Path stateDirectory;
  private final MeterRegistry metrics;
  private final LogClock clock = new LogClock(InstantSource.system());
  private final Admin admin;
  private final AvroSerdes serdes;
  private final SharedMemory memory;
  private final PromptTokenEstimator tokens = new PromptTokenEstimator();
  private final OutputLengthPredictor outputs;
  private final AdmittedCost admitted = new AdmittedCost();
  private final ModelChooser chooser;
  private final FinishedFeed feed;
  private final LatestWork awaited = new LatestWork(GIVING_WAY);
  private final List<ScoreInstance> instances = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * Connects to nothing yet. Creates the chooser of models and the predictor of complexity that the
   * configuration names.
   *
   * @param stateDirectory where Streams keeps its stores; one process at a time
   * @throws IllegalArgumentException if there is none of a name, or an option is wrong
   */
  public ScoreApplication(
      ScoreConfig config,
      ClusterConnection connection,
      TopicSettings settings,
      Path stateDirectory,
      MeterRegistry metrics) {
    if (config.levels().longestDeadline().compareTo(settings.maxDeadline()) > 0) {
      throw new IllegalArgumentException(
          "a class's default deadline, %s, is beyond maxDeadline, %s; lower it or raise that"
              .formatted(config.levels().longestDeadline(), settings.maxDeadline()));
    }
    this.config = config;
    this.connection = connection;
    this.settings = settings;
    this.stateDirectory = stateDirectory;
    this.metrics = metrics;
    this.serdes = new AvroSerdes(connection);
    this.memory = new SharedMemory(settings.idRetention());
    this.outputs = new OutputLengthPredictor(config.maxTenants());
    this.chooser = chooser(config);
    this.admin = Admin.create(connection.with(Map.of("client.id", "penstock-score-admin")));
    this.feed = feed();
  }

  /**
   * Starts all instances, and returns once each has read the models topic; partitions are taken up
   * after that. The topics must exist.
   *
   * @throws IllegalStateException if Kafka does not answer or a topic is missing
   * @throws io.penstock.streams.runtime.LostPositionsException if it is not known any more which
   *     requests were read, and the configuration does not say to begin anew
   */
  public void start() {
    BrokerFacts facts = BrokerFacts.ask(admin, settings.names());
    requirePositions();
    clock.show(metrics, "score");
    ClockProbe.set(clock, connection, settings.names().fleet());
    Executor threads = task -> Thread.ofPlatform().name("penstock-score-start").start(task);
    List<CompletableFuture<Void>> starting = new ArrayList<>();
    starting.add(CompletableFuture.runAsync(() -> tokens.load(USUAL_ENCODING), threads));
    synchronized (instances) {
      for (ServiceClass serviceClass : ServiceClass.values()) {
        ScoreInstance instance = instance(serviceClass, facts);
        instances.add(instance);
        starting.add(CompletableFuture.runAsync(instance.streams()::start, threads));
      }
    }
    feed.start();
    try {
      CompletableFuture.allOf(starting.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw new IllegalStateException("Scoring did not start: " + e.getCause().getMessage(), e);
    }
  }

  /**
   * Returns what keeps scoring from its work, if anything: the class and why, as the end of a
   * sentence that begins with the job.
   */
  public Optional<String> problem() {
    synchronized (instances) {
      if (instances.isEmpty()) {
        return Optional.of("it is not started");
      }
      String problems =
          instances.stream()
              .flatMap(each -> each.problem().stream())
              .collect(Collectors.joining("; "));
      return Optional.of(problems).filter(each -> !each.isEmpty());
    }
  }

  /** Returns why a class is scored no more, if one is not and will not be. */
  public Optional<String> failure() {
    synchronized (instances) {
      return instances.stream()
          .flatMap(each -> StreamsState.failure(each.streams()).stream())
          .findFirst();
    }
  }

  /**
   * Stops all instances side by side; what was in a transaction is scored again by a successor.
   *
   * @param timeout for all of them together
   */
  public void close(Duration timeout) {
    stopping = true;
    feed.close();
    List<Thread> closing = new ArrayList<>();
    synchronized (instances) {
      for (ScoreInstance instance : instances) {
        closing.add(
            Thread.ofPlatform().name("penstock-score-close").start(() -> instance.close(timeout)));
      }
    }
    try {
      for (Thread thread : closing) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close(Duration.ofSeconds(1));
  }

  private ScoreInstance instance(ServiceClass serviceClass, BrokerFacts facts) {
    ScoreMetrics counts = new ScoreMetrics(metrics, serviceClass);
    JobWatch watch =
        new JobWatch(
            "score",
            Tags.of("class", serviceClass.name().toLowerCase(Locale.ROOT)),
            config.progress(),
            metrics,
            System::nanoTime);
    PolledBatches working =
        switch (serviceClass) {
          case INTERACTIVE, STANDARD -> PolledBatches.telling(awaited);
          case BATCH -> PolledBatches.givingWay(config.batchShare(), awaited);
        };
    PolledBatches batches = working.reportingTo(watch.progress(), clock);
    ScoreParts parts =
        new ScoreParts(
            config,
            settings,
            facts.limits(),
            scorer(),
            new FollowedViews(
                new ModelView(settings.modelPartitions(), counts.modelsRejected()),
                new RoutingView(counts.routingRejected()),
                new FleetFollower(counts.fleetRejected()),
                admitted),
            new ReplyTopicRule(settings.names(), config.replyTopics()),
            serdes,
            serdes.deserializer(InferenceRequest.class),
            patience(config.registryPatience(), counts),
            patience(RegistryPatience.WITHOUT_END, counts),
            counts,
            config.exactlyOnce() ? batches : BatchEnd.NEVER,
            new CrashLoop(),
            clock,
            memory);
    Properties properties = new Properties();
    properties.putAll(
        connection.with(
            ScoreStreamsSettings.of(serviceClass, config, settings, facts, stateDirectory)));
    KafkaStreams streams =
        new KafkaStreams(ScoreTopology.of(serviceClass, parts), properties, batches);
    String name = ScoreStreamsSettings.applicationId(settings.names(), serviceClass);
    streams.setUncaughtExceptionHandler(
        new ThreadReplacement(name, watch::threadFailed, Thread::sleep, clock, () -> stopping));
    memory.share(serviceClass, handles(streams));
    return new ScoreInstance(name, serviceClass, streams, watch);
  }

  private void requirePositions() {
    StartPositions positions = new StartPositions(admin, () -> consumer("positions", "none"));
    for (ServiceClass serviceClass : ServiceClass.values()) {
      positions.require(
          ScoreStreamsSettings.applicationId(settings.names(), serviceClass),
          List.of(settings.names().requests(serviceClass)),
          List.of(FirstDecisions.STORE),
          config.beginAnew());
    }
  }

  /**
   * Returns what this process remembers of a class, by partition. A handle looks its store up at
   * each use, so it outlives rebalances, and making one costs more than using it.
   */
  private static SharedMemory.Partitions handles(KafkaStreams streams) {
    Map<Integer, ReadOnlyWindowStore<String, FirstDecision>> known = new ConcurrentHashMap<>();
    return partition -> known.computeIfAbsent(partition, each -> decisions(streams, each));
  }

  /** A memory that is still being restored is read as far as it is. */
  private static ReadOnlyWindowStore<String, FirstDecision> decisions(
      KafkaStreams streams, int partition) {
    return streams.store(
        StoreQueryParameters.fromNameAndType(
                FirstDecisions.STORE, QueryableStoreTypes.<String, FirstDecision>windowStore())
            .withPartition(partition)
            .enableStaleStores());
  }

  private RequestScorer scorer() {
    return new RequestScorer(
        new RequestValidator(new RequestLimits(settings.maxDeadline(), settings.maxRequestBytes())),
        chooser,
        tokens,
        outputs,
        config.levels(),
        settings.modelPartitions());
  }

  private ModelChooser chooser(ScoreConfig config) {
    ComplexityPredictor predictor =
        Extensions.create(
            ComplexityPredictorProvider.class,
            "score.complexity",
            config.complexity(),
            ComplexityPredictorProvider::create);
    ChooserParts parts =
        new ChooserParts(
            outputs,
            Complexity.of(predictor, GOAL, true),
            config.levels(),
            settings.modelPartitions());
    return Extensions.create(
        ModelChooserProvider.class,
        "score.chooser",
        config.chooser(),
        (provider, options) -> provider.create(parts, options));
  }

  private RegistryPatience patience(Duration budget, ScoreMetrics counts) {
    return new RegistryPatience(
        budget, Thread::sleep, () -> stopping, counts.registryWaits()::increment);
  }

  private FinishedFeed feed() {
    return new FinishedFeed(
        () -> consumer("finished", "latest"),
        serdes.deserializer(RequestStatus.class),
        outputs,
        admitted,
        clock,
        settings.names().lifecycle(),
        config.learnFromLast(),
        metrics);
  }

  /** Reads committed records, without a group. */
  private Consumer<byte[], byte[]> consumer(String name, String offsetReset) {
    return CommittedReads.consumer(
        connection,
        "penstock-score-" + name,
        new ByteArrayDeserializer(),
        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, offsetReset));
  }
}
