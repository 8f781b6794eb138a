package io.penstock.broker.webhooks.delivery;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.BrokerSamples;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.submission.WebhookChoice;
import io.penstock.broker.webhooks.WebhookSamples;
import io.penstock.broker.webhooks.endpoints.EndpointCodec;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A simulation of a home with webhooks: a log of results, a front topic whose writes last or fail
 * later than they are asked for, receivers that take, refuse and hang, and owners that die between
 * any two steps or go on after they were replaced. Deliveries are the real ones; the log, the front
 * topic, receivers and time are not.
 */
final class DeliverySimulation {

  static final String LISTENER = "whe_listens";
  static final String NAMED = "whe_named";
  static final String FOREIGN = "whe_foreign";

  private static final int PARTITION = 3;
  private static final List<TerminalStatus> STATUSES = List.of(TerminalStatus.values());

  private static final WebhookSettings SETTINGS =
      new WebhookSettings(
          List.of(),
          Duration.ofSeconds(15),
          Duration.ofDays(7),
          Duration.ofDays(30),
          20,
          5_000,
          5,
          4,
          3);

  /** What a receiver was sent. */
  record Sent(String endpoint, String subject, String id, String body) {}

  /** A write that was asked for. */
  private record Asked(List<StateChange> changes, CompletableFuture<Void> written) {}

  private final Random random;
  private final List<ResultRecord> log = new ArrayList<>();
  private final Map<String, StateEntry> front = new LinkedHashMap<>();
  private final EndpointDirectory directory = new EndpointDirectory();
  private final List<Owner> owners = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();

  /** The ends of which each endpoint must hear. */
  private final Set<String> expected = new HashSet<>();

  private Instant now = WebhookSamples.START;
  private boolean stormy = true;
  private int batches;

  int deaths;
  int replacements;
  int fencedWrites;
  int lostWrites;
  int unreadOutcomes;

  DeliverySimulation(long seed) {
    this.random = new Random(seed);
    endpoint(
        WebhookSamples.endpoint(
            LISTENER,
            "acme",
            "https://one.example/",
            EventType.REQUEST_SUCCEEDED,
            EventType.REQUEST_FAILED,
            EventType.BATCH_COMPLETED));
    endpoint(WebhookSamples.endpoint(NAMED, "acme", "https://two.example/"));
    endpoint(
        WebhookSamples.endpoint(FOREIGN, "other", "https://three.example/", EventType.values()));
    directory.upToDate();
    takeOver();
  }

  private void endpoint(WebhookEndpoint endpoint) {
    StateEntry entry = EndpointCodec.entry(endpoint);
    directory.entry(entry.kind(), entry.id(), entry.document());
  }

  List<Sent> sent() {
    return sent;
  }

  Set<String> expected() {
    return expected;
  }

  static String key(String endpoint, String subject) {
    return endpoint + " " + subject;
  }

  /** So many random happenings, then calm weather until nothing is pending. */
  void run(int happenings) {
    for (int each = 0; each < happenings; each++) {
      happen();
    }
    stormy = false;
    takeOver();
    for (int round = 0; round < 30 || isPending(); round++) {
      if (round > 20_000) {
        throw new AssertionError("deliveries stay pending: " + front.keySet());
      }
      now = now.plus(Duration.ofSeconds(random.nextInt(3_600)));
      Owner owner = owners.getLast();
      owner.hear(Integer.MAX_VALUE);
      owner.turn();
      owner.answerOne();
      owner.lastAll();
    }
  }

  boolean isPending() {
    return owners.getLast().read < log.size()
        || front.keySet().stream().anyMatch(key -> key.startsWith(DeliveryCodec.PENDING + "/"));
  }

  private void happen() {
    now = now.plusMillis(random.nextInt(8_000));
    Owner current = owners.getLast();
    Owner someone = owners.get(random.nextInt(owners.size()));
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> result();
      case 3 -> current.endBatch();
      case 4, 5 -> current.hear(1 + random.nextInt(4));
      case 6 -> someone.hear(1 + random.nextInt(4));
      case 7, 8 -> current.turn();
      case 9 -> someone.turn();
      case 10, 11 -> current.lastOne();
      case 12, 13 -> current.answerOne();
      case 14 -> someone.answerOne();
      default -> {
        if (random.nextInt(4) == 0) {
          if (random.nextBoolean()) {
            current.die();
          } else {
            replacements++;
          }
          takeOver();
        }
      }
    }
  }

  /** A request ends, of either tenant, with or without a webhook. */
  private void result() {
    int number = log.size();
    String id = "req_" + number;
    TerminalStatus status = STATUSES.get(random.nextInt(STATUSES.size()));
    String webhook =
        switch (random.nextInt(4)) {
          case 0 -> null;
          case 1 -> NAMED;
          case 2 -> FOREIGN;
          default -> WebhookChoice.TENANT;
        };
    boolean repeats = random.nextInt(8) == 0;
    log.add(
        new ResultRecord(
            PARTITION,
            number,
            now,
            BrokerSamples.result(id, status)
                .setTenant("acme")
                .setWebhook(webhook)
                .setFinishedAt(now)
                .setRepetition(repeats ? Repetition.SAME : null)
                .build()));
    boolean listens = status == TerminalStatus.SUCCEEDED || status == TerminalStatus.FAILED;
    if (webhook != null && !repeats) {
      if (listens) {
        expected.add(key(LISTENER, id));
      }
      if (webhook.equals(NAMED)) {
        expected.add(key(NAMED, id));
      }
    }
  }

  private void takeOver() {
    owners.forEach(Owner::fence);
    owners.add(new Owner());
  }

  /** An instance that owns the home, or believes that it does. */
  private final class Owner implements StateWriter {

    private final Deque<Runnable> mail = new ArrayDeque<>();
    private final Deque<Asked> writes = new ArrayDeque<>();
    private final List<Runnable> attempts = new ArrayList<>();
    private final PartitionDeliveries partition;
    private final Deliveries deliveries;
    private boolean fenced;
    private boolean dead;
    private int read;

    Owner() {
      partition = new PartitionDeliveries(PARTITION, List.copyOf(front.values()), this);
      deliveries =
          new Deliveries(
              directory,
              SETTINGS,
              this::attempt,
              mail::add,
              () -> random.nextDouble() * 0.99,
              new WebhookMetrics(new SimpleMeterRegistry()));
      deliveries.at(now);
      deliveries.taken(partition);
      read = (int) partition.from().orElse(0);
      partition.caughtUp();
    }

    private void attempt(Delivery delivery, WebhookEndpoint endpoint, Consumer<Outcome> ended) {
      attempts.add(
          () -> {
            boolean arrives = !stormy || random.nextInt(4) > 0;
            if (arrives) {
              sent.add(
                  new Sent(
                      endpoint.id(),
                      delivery.event().subject(),
                      delivery.event().id(),
                      delivery.event().body()));
            }
            boolean taken = arrives && (!stormy || random.nextInt(3) > 0);
            ended.accept(
                taken ? new Outcome.Taken(200) : Outcome.Failed.of("the receiver answered 500"));
          });
    }

    void hear(int most) {
      for (int left = most; !dead && left > 0 && read < log.size(); left--) {
        boolean _ = partition.heard(log.get(read++));
      }
    }

    void turn() {
      if (!dead) {
        deliver();
        var _ = deliveries.turn(now);
      }
    }

    private void deliver() {
      deliveries.at(now);
      for (Runnable next = mail.poll(); next != null; next = mail.poll()) {
        next.run();
      }
    }

    /** One of the attempts that run comes to its end. */
    void answerOne() {
      if (!dead && !attempts.isEmpty()) {
        attempts.remove(random.nextInt(attempts.size())).run();
      }
    }

    /** A batch ends: its last checkpoint and the deliveries of its event are one write. */
    void endBatch() {
      String id = "batch_" + batches++;
      WebhookEvent event =
          new WebhookEvent("acme", EventType.BATCH_COMPLETED, id, now, id, Optional.empty());
      List<Delivery> begun =
          directory.listening("acme", event.type(), event.named()).stream()
              .map(endpoint -> Delivery.begun(event, endpoint.id(), now))
              .toList();
      List<StateChange> changes = new ArrayList<>();
      begun.forEach(each -> changes.add(new StateChange.Put(DeliveryCodec.entry(each))));
      changes.add(new StateChange.Put(new StateEntry("batch", id, new byte[0])));
      var _ =
          write(changes)
              .thenRun(
                  () -> {
                    expected.add(key(LISTENER, id));
                    mail.add(() -> deliveries.adopt(PARTITION, begun));
                  });
    }

    @Override
    public int partition() {
      return PARTITION;
    }

    @Override
    public long epoch() {
      return owners.indexOf(this);
    }

    @Override
    public CompletableFuture<Void> write(List<StateChange> changes) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      if (fenced) {
        fencedWrites++;
        written.completeExceptionally(new HomeLostException(PARTITION));
      } else {
        writes.add(new Asked(List.copyOf(changes), written));
      }
      return written;
    }

    /** The oldest write lasts. */
    void lastOne() {
      Asked next = writes.poll();
      if (next != null) {
        apply(next);
        if (!dead) {
          next.written.complete(null);
        }
      }
    }

    void lastAll() {
      while (!writes.isEmpty()) {
        lastOne();
      }
    }

    private void apply(Asked asked) {
      for (StateChange change : asked.changes) {
        switch (change) {
          case StateChange.Put(StateEntry entry) -> front.put(entry.key(), entry);
          case StateChange.Remove _ -> front.remove(change.key());
        }
      }
    }

    /** Some of its last writes last, and it hears of none; some of its attempts arrive. */
    void die() {
      deaths++;
      dead = true;
      for (int left = random.nextInt(writes.size() + 1); left > 0; left--) {
        Asked lasting = writes.poll();
        apply(lasting);
        expectBatch(lasting);
      }
      for (Runnable attempt : attempts) {
        if (random.nextBoolean()) {
          attempt.run();
          unreadOutcomes++;
        }
      }
      attempts.clear();
    }

    private void expectBatch(Asked lasting) {
      for (StateChange change : lasting.changes) {
        if (change instanceof StateChange.Put(StateEntry entry) && entry.kind().equals("batch")) {
          expected.add(key(LISTENER, entry.id()));
        }
      }
    }

    /** Another owns the home now; what was not written by then never will be. */
    void fence() {
      fenced = true;
      for (Asked left = writes.poll(); left != null; left = writes.poll()) {
        lostWrites++;
        if (!dead) {
          left.written.completeExceptionally(new HomeLostException(PARTITION));
        }
      }
    }
  }

  /** How often each end was told to each endpoint. */
  Map<String, Integer> told() {
    Map<String, Integer> told = new HashMap<>();
    sent.forEach(each -> told.merge(key(each.endpoint, each.subject), 1, Integer::sum));
    return told;
  }
}
