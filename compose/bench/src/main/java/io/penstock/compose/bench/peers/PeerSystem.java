package io.penstock.compose.bench.peers;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.rig.BenchFolder;
import io.penstock.compose.bench.rig.StartedParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A peer: its server, a producer and two workers, each a process. */
final class PeerSystem implements QueueSystem {

  private static final String READY = "ready";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration STRAGGLERS = Duration.ofSeconds(2);
  private static final Duration FILL = Duration.ofMinutes(4);

  private final SystemName peer;
  private final PeersSettings settings;
  private final Path scripts;
  private final Path folder;
  private final String body;
  private final PeerServer server;
  private final StartedParts parts = new StartedParts();
  private final List<ChildProcess> workers = new ArrayList<>();
  private final ChildProcess producer;
  private int rounds;

  /**
   * Starts everything and returns when it is ready.
   *
   * @param scripts the folder of the peers' clients
   * @param folder for data and logs; removed at the end
   * @param body what each request carries
   */
  PeerSystem(SystemName peer, PeersSettings settings, Path scripts, Path folder, String body)
      throws IOException, InterruptedException {
    this.peer = peer;
    this.settings = settings;
    this.scripts = scripts;
    this.folder = folder;
    this.body = body;
    parts.add(() -> BenchFolder.remove(folder));
    try {
      server =
          switch (peer) {
            case BULLMQ, CELERY -> PeerServer.redis(folder, settings.redisFsync());
            case RABBITMQ -> PeerServer.rabbitMq(folder);
            case PENSTOCK -> throw new IllegalArgumentException("Penstock is no peer of its own");
          };
      parts.add(server);
      for (int number = 1; number <= PeersSettings.WORKERS; number++) {
        workers.add(worker("worker-" + number, "bench", false));
      }
      producer = producer("producer", "bench");
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private ChildProcess worker(String name, String queue, boolean tellBegins)
      throws IOException, InterruptedException {
    List<String> command =
        switch (peer) {
          case CELERY -> celeryWorker(name);
          default -> node("worker");
        };
    return start(name, command, queue, tellBegins);
  }

  private ChildProcess producer(String name, String queue)
      throws IOException, InterruptedException {
    List<String> command =
        switch (peer) {
          case CELERY -> List.of(Installation.PYTHON, "celery_producer.py");
          default -> node("producer");
        };
    return start(name, command, queue, false);
  }

  private List<String> node(String part) {
    return List.of("node", peer + ".mjs", part);
  }

  /**
   * A process for each slot, Celery's default. Its thread pool takes no task for up to 10 s once
   * all slots were busy, and green threads came to a fifth of the throughput.
   */
  private List<String> celeryWorker(String name) {
    return List.of(
        Installation.PYTHON,
        "-m",
        "celery",
        "-A",
        "celery_app",
        "worker",
        "-P",
        "prefork",
        "-c",
        Integer.toString(settings.slots()),
        "-n",
        name + "@localhost",
        "-l",
        "WARNING",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat");
  }

  private ChildProcess start(String name, List<String> command, String queue, boolean tellBegins)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("PEER_URL", server.url());
    environment.put("PEER_QUEUE", queue);
    environment.put("PEER_SLOTS", Integer.toString(settings.slots()));
    environment.put("PEER_LOST_AFTER_MS", Long.toString(PeersSettings.LOST_AFTER.toMillis()));
    if (tellBegins) {
      environment.put("PEER_BEGINS", begins(name).toString());
    }
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    ChildProcess child = ChildProcess.start(name, command, scripts, environment, folder);
    // Killed rather than asked: what a client holds goes with the server.
    parts.add(child::kill);
    child.await(READY, START);
    return child;
  }

  /** Where a worker notes the requests whose runs it begins. */
  private Path begins(String worker) {
    return folder.resolve(worker + ".begins");
  }

  @Override
  public double closedLoop(Duration rampUp, Duration time, int inFlight)
      throws IOException, InterruptedException {
    ObjectNode command =
        command("closed")
            .put("rampMillis", rampUp.toMillis())
            .put("millis", time.toMillis())
            .put("inFlight", inFlight);
    String answer = ask(producer, command, rampUp.plus(time).plus(PATIENCE).plus(PATIENCE));
    long missing = (long) PeerAnswers.number(answer, "missing");
    if (missing > 0) {
      throw producer.wrong("misses %d results of the closed loop".formatted(missing));
    }
    return PeerAnswers.number(answer, "perSecond");
  }

  @Override
  public RequestLog openLoop(double perSecond, Duration time)
      throws IOException, InterruptedException {
    return openLoop(producer, perSecond, time, Duration.ZERO, PATIENCE, Duration.ZERO);
  }

  private RequestLog openLoop(
      ChildProcess through,
      double perSecond,
      Duration time,
      Duration job,
      Duration patience,
      Duration linger)
      throws IOException, InterruptedException {
    int count = new Pacing(perSecond).count(time);
    ObjectNode command =
        command("open")
            .put("perSecond", perSecond)
            .put("count", count)
            .put("urgent", true)
            .put("jobMillis", job.toMillis())
            .put("patienceMillis", patience.toMillis())
            .put("lingerMillis", linger.toMillis());
    String answer =
        ask(through, command, time.multipliedBy(2).plus(patience).plus(linger).plus(PATIENCE));
    return PeerAnswers.rows(answer, "p" + rounds++, count);
  }

  @Override
  public void fill(long count) throws IOException, InterruptedException {
    ObjectNode command =
        command("fill").put("count", count).put("jobMillis", settings.batchJob().toMillis());
    PeerAnswers.number(ask(producer, command, FILL), "filled");
  }

  @Override
  public long waiting() throws IOException, InterruptedException {
    return waiting(producer);
  }

  private long waiting(ChildProcess through) throws IOException, InterruptedException {
    return (long) PeerAnswers.number(ask(through, command("waiting"), PATIENCE), "waiting");
  }

  private ObjectNode command(String what) {
    return JsonNodeFactory.instance.objectNode().put("do", what).put("body", body);
  }

  private static String ask(ChildProcess producer, ObjectNode command, Duration patience)
      throws IOException, InterruptedException {
    producer.write(command.toString());
    return producer.read(patience);
  }

  @Override
  public KilledWorker killWorker() throws Exception {
    workers.forEach(ChildProcess::kill);
    ChildProcess victim = worker("kill-1", "kill", true);
    worker("kill-2", "kill", true);
    ChildProcess sender = producer("kill-producer", "kill");
    CompletableFuture<Long> killed =
        CompletableFuture.supplyAsync(
            () -> {
              long at = EpochMicros.now();
              victim.kill();
              return at;
            },
            CompletableFuture.delayedExecutor(
                settings.killTime().toMillis() / 2,
                TimeUnit.MILLISECONDS,
                Thread::startVirtualThread));
    RequestLog log =
        openLoop(
            sender,
            settings.killRate(),
            settings.killTime(),
            settings.killJob(),
            settings.patience(),
            STRAGGLERS);
    List<String> begun = new ArrayList<>();
    for (String worker : List.of("kill-1", "kill-2")) {
      if (Files.exists(begins(worker))) {
        begun.addAll(Files.readAllLines(begins(worker)));
      }
    }
    return KilledWorker.of(log, killed.get(), waiting(sender), PeerAnswers.runAgain(begun));
  }

  @Override
  public void close() {
    parts.close();
  }
}
