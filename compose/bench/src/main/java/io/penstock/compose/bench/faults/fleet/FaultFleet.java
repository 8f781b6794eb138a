package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.faults.plan.FaultsLayout;
import io.penstock.compose.bench.faults.plan.PlannedFault;
import io.penstock.compose.bench.rig.BenchFolder;
import io.penstock.compose.bench.rig.StartedParts;
import io.penstock.compose.kafka.LoopbackPorts;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All parts of Penstock, and Kafka, each in a process of its own. The parts are started by the
 * command line, as users start them. One model is served, from one partition, so that one dispatch
 * process is the active one.
 */
public final class FaultFleet implements AutoCloseable {

  public static final String MODEL = "bench-faults";

  /** The partition of the model. */
  static final int PARTITION = 0;

  private static final Logger LOG = LoggerFactory.getLogger(FaultFleet.class);
  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int HEAP_MEGABYTES = 256;
  private static final int SLOTS = 32;
  private static final String COMMIT_INTERVAL = "200ms";
  private static final int MOST_NAMED_ENDS = 50;

  private final Path folder;
  private final FaultsLayout layout;
  private final FleetNeeds needs;
  private final TopicSettings topics;
  private final Brokers brokers;
  private final Registry registry;
  private final ClusterConnection connection;
  private final Map<String, Part> parts = new ConcurrentHashMap<>();
  private final Map<String, ShiftedClock> clocks = new HashMap<>();
  private final Map<String, SmallDisk> disks = new HashMap<>();
  private final Map<String, Integer> ports = new HashMap<>();
  private final StartedParts started = new StartedParts();
  private final List<String> ends = new CopyOnWriteArrayList<>();

  /** Chooses the addresses; {@link #start} starts the processes. */
  public FaultFleet(FaultsLayout layout, List<PlannedFault> plan) throws IOException {
    this.folder = BenchFolder.make();
    this.layout = layout;
    this.needs = FleetNeeds.of(plan, layout);
    this.topics = TopicSettings.DEFAULT.withReplicationFactor(layout.brokers());
    this.brokers = new Brokers(layout, needs.cuttable());
    started.add(() -> BenchFolder.remove(folder));
    started.add(brokers);
    this.registry = new Registry(folder.resolve("registry"), brokers.bootstrapServers());
    started.add(registry);
    this.connection = new ClusterConnection(brokers.bootstrapServers(), registry.url());
  }

  /** Starts everything and returns when it serves. */
  public void start(BenchProgress progress) throws Exception {
    progress.at("starting %d brokers and the registry".formatted(layout.brokers()), 0);
    for (String each : needs.smallDisks()) {
      SmallDisk disk = SmallDisk.mount(folder.resolve(each));
      disks.put(each, disk);
      started.add(disk);
    }
    for (int node = 1; node <= layout.brokers(); node++) {
      String name = layout.brokerNames().get(node - 1);
      // Kafka takes a folder for its own, so the file system has one for it.
      List<String> arguments = brokers.arguments(node, folder.resolve(name).resolve("log"));
      add(name, arguments);
    }
    require(layout.brokerNames());
    try (Admin admin = Admin.create(connection.with(Map.of()))) {
      TopicAdmin.ensure(admin, topics);
    }
    registry.launch();
    if (!registry.awaitReady(START)) {
      throw new IllegalStateException("the registry was not ready after " + START);
    }
    new AvroSerdes(connection).subjects().register(new TopicCatalog(topics));
    progress.at("starting the parts of Penstock", 0.3);
    // On a busy machine a part may give up before the brokers answer it.
    var _ = Thread.ofPlatform().daemon().name("supervisor").start(this::supervise);
    for (String each : layout.roleNames()) {
      add(each, arguments(each));
    }
    require(layout.roleNames().stream().filter(each -> !each.startsWith("worker")).toList());
    new ModelPublisher(connection, topics)
        .apply(
            List.of(
                ModelSpec.newBuilder()
                    .setName(MODEL)
                    .setEndpoints(List.of("/v1/chat/completions"))
                    .setContextWindow(8192)
                    .setMaxOutputTokens(1024)
                    .setPartitions(List.of(PARTITION))
                    .setUpdatedAt(Instant.now())
                    .build()));
    require(layout.workerNames());
  }

  private void add(String name, List<String> arguments) throws IOException {
    Map<String, String> environment = new HashMap<>();
    if (needs.shifted().contains(name)) {
      ShiftedClock clock = new ShiftedClock(folder.resolve(name + ".clock"));
      clocks.put(name, clock);
      environment.putAll(clock.environment());
    }
    Path home = folder.resolve("homes").resolve(name);
    Part part =
        new Part(
            name,
            () ->
                PartProcess.start(
                    name, home, HEAP_MEGABYTES, options(name), environment, arguments));
    parts.put(name, part);
    started.add(part);
  }

  /** Three brokers do most of the work, and are worth compiling well; the others start often. */
  private List<String> options(String name) {
    return layout.brokers() > 1 && layout.brokerNames().contains(name)
        ? List.of("-XX:TieredStopAtLevel=4")
        : List.of();
  }

  private void require(Collection<String> names) throws InterruptedException {
    for (String each : names) {
      if (!part(each).awaitReady(START)) {
        throw new IllegalStateException(
            "%s was not ready after %d s; its log ends:%n%s"
                .formatted(each, START.toSeconds(), part(each).process().logTail()));
      }
    }
  }

  private List<String> arguments(String name) {
    if (name.startsWith("worker")) {
      return worker(name);
    }
    String kind = name.replaceAll("-\\d+", "");
    String roles =
        switch (kind) {
          case "control" -> "control,delivery";
          case "front" -> "http";
          default -> kind;
        };
    int operations = LoopbackPorts.free(1).getFirst();
    ports.put(name, operations);
    List<String> arguments = new ArrayList<>(List.of("penstock", "up", "--roles", roles, "--json"));
    arguments.addAll(List.of("--data", folder.resolve("data").resolve(name).toString()));
    arguments.addAll(List.of("--kafka", brokers.bootstrapServers(name)));
    arguments.addAll(List.of("--registry", registry.url()));
    arguments.addAll(List.of("--replication", String.valueOf(layout.brokers())));
    arguments.addAll(List.of("--operations-port", String.valueOf(operations)));
    if (layout.brokers() > 1 && List.of("dispatch", "score").contains(kind)) {
      // Each transaction has all brokers write, and they share this machine.
      arguments.addAll(List.of("--set", kind + ".commitInterval=" + COMMIT_INTERVAL));
    }
    if (kind.equals("dispatch")) {
      arguments.addAll(List.of("--set", "dispatch.standbys=1"));
    } else if (kind.equals("front")) {
      int http = LoopbackPorts.free(1).getFirst();
      ports.put(name, http);
      arguments.addAll(List.of("--http-port", String.valueOf(http)));
      arguments.addAll(List.of("--set", "http.files.folder=" + folder.resolve("files")));
    }
    return arguments;
  }

  /** Slow enough that a worker has a dozen requests in hand at any time. */
  private List<String> worker(String name) {
    List<String> arguments = new ArrayList<>(List.of("penstock", "worker", "--json"));
    arguments.addAll(List.of("--kafka", brokers.bootstrapServers(name)));
    arguments.addAll(List.of("--registry", registry.url()));
    arguments.addAll(List.of("--id", name, "--model", MODEL));
    arguments.addAll(List.of("--engine", "simulated", "-E", "speed=0.5"));
    arguments.addAll(List.of("--slots", String.valueOf(SLOTS)));
    return arguments;
  }

  private void supervise() {
    while (!started.isClosing()) {
      try {
        for (Part part : parts.values()) {
          part.supervise().ifPresent(this::note);
        }
        Thread.sleep(LOOK);
      } catch (IOException e) {
        LOG.warn("a part could not be started again", e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void note(String end) {
    LOG.warn("{}", end);
    if (ends.size() < MOST_NAMED_ENDS) {
      ends.add(end);
    }
  }

  /** What ended by itself so far, the first fifty, with the end of its log. */
  public List<String> ends() {
    return List.copyOf(ends);
  }

  public ClusterConnection connection() {
    return connection;
  }

  public TopicSettings topics() {
    return topics;
  }

  public FaultsLayout layout() {
    return layout;
  }

  /** Where the fronts are. */
  public List<URI> fronts() {
    return layout.frontNames().stream()
        .map(name -> URI.create("http://%s:%d".formatted(LoopbackPorts.HOST, ports.get(name))))
        .toList();
  }

  /** Where a part's health and metrics are. */
  URI operations(String name) {
    return URI.create("http://%s:%d".formatted(LoopbackPorts.HOST, ports.get(name)));
  }

  Part part(String name) {
    Part part = parts.get(name);
    if (part == null) {
      throw new IllegalArgumentException("no part is named " + name);
    }
    return part;
  }

  Registry registry() {
    return registry;
  }

  Brokers brokers() {
    return brokers;
  }

  ShiftedClock clock(String name) {
    return clocks.get(name);
  }

  SmallDisk disk(String name) {
    return disks.get(name);
  }

  /** Kills everything and removes its folder; nobody needs what it holds. */
  @Override
  public void close() {
    started.close();
  }
}
