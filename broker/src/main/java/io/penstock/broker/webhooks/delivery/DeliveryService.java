package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.Home;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the events of the homes that this instance owns. One thread decides; each attempt has a
 * virtual thread of its own. Safe for use by many threads.
 */
public final class DeliveryService implements PartitionListener, EventAnnouncer, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryService.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Homes homes;
  private final EndpointDirectory endpoints;
  private final Sender sender;
  private final WebhookMetrics metrics;
  private final InstantSource clock;
  private final Deliveries deliveries;
  private final Map<Integer, PartitionDeliveries> partitions = new ConcurrentHashMap<>();
  private final BlockingQueue<Runnable> mail = new LinkedBlockingQueue<>();
  private final ExecutorService attempts = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread thread;
  private volatile boolean closed;

  public DeliveryService(
      Homes homes,
      EndpointDirectory endpoints,
      WebhookSettings settings,
      Sender sender,
      WebhookMetrics metrics,
      InstantSource clock) {
    this.homes = homes;
    this.endpoints = endpoints;
    this.sender = sender;
    this.metrics = metrics;
    this.clock = clock;
    this.deliveries =
        new Deliveries(
            endpoints,
            settings,
            this::attempt,
            mail::add,
            () -> ThreadLocalRandom.current().nextDouble(),
            metrics);
    this.thread = Thread.ofPlatform().daemon().name("penstock-webhooks").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public OptionalLong taken(Home home) {
    PartitionDeliveries partition =
        new PartitionDeliveries(home.partition(), home.entries(), home.writer());
    partitions.put(home.partition(), partition);
    mail.add(() -> deliveries.taken(partition));
    return partition.from();
  }

  @Override
  public void result(ResultRecord record) {
    PartitionDeliveries partition = partitions.get(record.partition());
    if (partition != null && partition.heard(record) && mail.isEmpty()) {
      mail.add(DeliveryService::wake);
    }
  }

  @Override
  public void upToDate(int partition) {
    PartitionDeliveries owned = partitions.get(partition);
    if (owned != null) {
      owned.caughtUp();
    }
  }

  @Override
  public void lost(int partition) {
    PartitionDeliveries owned = partitions.remove(partition);
    if (owned != null) {
      mail.add(() -> deliveries.lost(owned));
    }
  }

  @Override
  public Announcement announce(WebhookEvent event) throws IOException {
    if (!endpoints.isReady()) {
      throw new IOException("this instance has not read all webhook endpoints yet");
    }
    Instant now = clock.instant();
    List<Delivery> begun =
        endpoints.listening(event.tenant(), event.type(), event.named()).stream()
            .map(endpoint -> Delivery.begun(event, endpoint.id(), now))
            .toList();
    int home = homes.of(event.home());
    return new Announcement(
        begun.stream()
            .<StateChange>map(delivery -> new StateChange.Put(DeliveryCodec.entry(delivery)))
            .toList(),
        () -> mail.add(() -> deliveries.adopt(home, begun)));
  }

  /**
   * Tries a dead letter again from the beginning. Its home must be this instance's.
   *
   * @return completed with whether there is such a one
   */
  public CompletableFuture<Boolean> replay(String id, Predicate<DeadLetter> allowed) {
    return asked(() -> deliveries.replay(id, allowed));
  }

  /**
   * Forgets a dead letter. Its home must be this instance's.
   *
   * @return completed with whether there is such a one
   */
  public CompletableFuture<Boolean> discard(String id, Predicate<DeadLetter> allowed) {
    return asked(() -> deliveries.discard(id, allowed));
  }

  private interface Action {
    CompletableFuture<Boolean> run();
  }

  private CompletableFuture<Boolean> asked(Action action) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    mail.add(
        () -> {
          var _ =
              begun(action)
                  .whenComplete(
                      (found, failed) -> {
                        if (failed == null) {
                          done.complete(found);
                        } else {
                          done.completeExceptionally(failed);
                        }
                      });
        });
    return done;
  }

  /** Whoever waits is told of a failure at once. */
  private static CompletableFuture<Boolean> begun(Action action) {
    try {
      return action.run();
    } catch (RuntimeException failed) {
      return CompletableFuture.failedFuture(failed);
    }
  }

  private void attempt(Delivery delivery, WebhookEndpoint endpoint, Consumer<Outcome> ended) {
    try {
      attempts.execute(
          () -> {
            long began = System.nanoTime();
            Outcome outcome;
            try {
              outcome = sender.send(endpoint, delivery.event(), clock.instant());
            } catch (RuntimeException unexpected) {
              LOG.warn("A webhook could not be sent", unexpected);
              outcome = Outcome.Failed.of("it could not be sent");
            }
            counted(outcome)
                .ifPresent(
                    each -> metrics.attempted(each, Duration.ofNanos(System.nanoTime() - began)));
            ended.accept(outcome);
          });
    } catch (RejectedExecutionException closing) {
      LOG.debug("No more webhooks are sent, since this instance stops");
    }
  }

  /** How an attempt counts; empty if nothing was sent. */
  private static Optional<WebhookMetrics.Attempt> counted(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Taken _ -> Optional.of(WebhookMetrics.Attempt.TAKEN);
      case Outcome.Failed _ -> Optional.of(WebhookMetrics.Attempt.FAILED);
      case Outcome.Gone() -> Optional.of(WebhookMetrics.Attempt.GONE);
      case Outcome.Disabled(), Outcome.Deleted() -> Optional.empty();
    };
  }

  private void run() {
    Duration pause = Duration.ZERO;
    while (!closed) {
      try {
        Runnable next = mail.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
        deliveries.at(clock.instant());
        for (; next != null; next = mail.poll()) {
          next.run();
        }
        pause = pause(deliveries.turn(clock.instant()));
      } catch (InterruptedException stopped) {
        return;
      } catch (RuntimeException unexpected) {
        LOG.error("Webhooks could not be worked on; it is tried again", unexpected);
        pause = LONGEST_PAUSE;
      }
    }
  }

  /** A turn follows on any mail. */
  private static void wake() {}

  private Duration pause(Optional<Instant> next) {
    Duration until =
        next.map(at -> Duration.between(clock.instant(), at).plusMillis(1)).orElse(LONGEST_PAUSE);
    if (until.isNegative()) {
      return Duration.ZERO;
    }
    return until.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : until;
  }

  /** Starts no more attempts. Those that run are cut; whoever owns the homes next repeats them. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    attempts.shutdownNow();
  }
}
