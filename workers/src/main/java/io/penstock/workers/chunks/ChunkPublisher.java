package io.penstock.workers.chunks;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.Lease;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.topics.HomePartitions;
import io.penstock.workers.kafka.TraceContext;
import io.penstock.workers.lease.ChunkStreams;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the chunks of answers. Whoever hands one over never waits: chunks go into a queue, and
 * one thread writes them to Kafka. Where the queue is full or Kafka refuses a chunk, that stream
 * breaks; its request goes on and its result tells all. Thread and producer exist from the first
 * stream on, so a worker without streams pays nothing.
 */
public final class ChunkPublisher implements ChunkStreams, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkPublisher.class);

  /** What one chunk costs in memory besides its data. */
  private static final int OVERHEAD_BYTES = 256;

  private final String topic;
  private final int homes;
  private final long maxBytes;
  private final Supplier<Producer<String, byte[]>> producers;
  private final Serializer<TokenChunk> serializer;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final Tags tags;
  private final Counter published;

  private final Map<Key, AttemptStream> open = new ConcurrentHashMap<>();
  private final BlockingQueue<Queued> queue = new LinkedBlockingQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicBoolean started = new AtomicBoolean();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("penstock-worker-chunks").unstarted(this::write);
  private volatile boolean stopping;

  private record Key(String session, String tenant, String requestId, int attempt) {}

  /**
   * @param topic the chunks topic
   * @param homes how many partitions it has
   * @param maxBytes the most bytes of chunks that wait to be written
   */
  public ChunkPublisher(
      String topic,
      int homes,
      long maxBytes,
      Supplier<Producer<String, byte[]>> producers,
      Serializer<TokenChunk> serializer,
      InstantSource clock,
      MeterRegistry meters,
      Tags tags) {
    this.topic = topic;
    this.homes = homes;
    this.maxBytes = maxBytes;
    this.producers = producers;
    this.serializer = serializer;
    this.clock = clock;
    this.meters = meters;
    this.tags = tags;
    this.published =
        Counter.builder("penstock.worker.chunks")
            .description("Chunks of answers written to Kafka")
            .tags(tags)
            .register(meters);
  }

  @Override
  public Stream open(Lease lease, @Nullable String traceparent) {
    if (started.compareAndSet(false, true)) {
      thread.start();
    }
    int home = HomePartitions.of(lease.getReplyKey(), lease.getRequestId(), homes);
    AttemptStream stream = new AttemptStream(keyOf(lease), lease, home, traceparent);
    open.put(stream.key, stream);
    return stream;
  }

  /** Ends the stream of an attempt, if it has one, as the attempt ended. */
  public void ended(AttemptOutcome outcome) {
    if (open.isEmpty()) {
      return;
    }
    Key key =
        new Key(
            outcome.getSession(),
            outcome.getTenant().orElse(""),
            outcome.getRequestId(),
            outcome.getAttempt());
    AttemptStream stream = open.get(key);
    if (stream != null) {
      stream.end(outcome);
    }
  }

  /** Publishes what waits, for a moment at most, and ends. */
  @Override
  public void close() {
    stopping = true;
    if (!started.compareAndSet(false, true)) {
      try {
        thread.join(Duration.ofSeconds(3));
        thread.interrupt();
        thread.join(Duration.ofSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void write() {
    Producer<String, byte[]> producer = null;
    try {
      while (!stopping || !queue.isEmpty()) {
        Queued next = queue.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS);
        if (next != null) {
          queuedBytes.addAndGet(-next.bytes());
          if (producer == null) {
            producer = producer(next);
          }
          if (producer != null) {
            send(producer, next);
          }
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("Chunks that were not written are left");
    } finally {
      if (producer != null) {
        producer.close(Duration.ofSeconds(1));
      }
    }
  }

  private @Nullable Producer<String, byte[]> producer(Queued next) {
    try {
      return producers.get();
    } catch (RuntimeException e) {
      next.stream().failed(e);
      return null;
    }
  }

  /** Ignores the future, since the callback says the same. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(Producer<String, byte[]> producer, Queued next) {
    AttemptStream stream = next.stream();
    if (stream.lost && next.chunk().getKind() == ChunkKind.DELTA) {
      return;
    }
    try {
      producer.send(
          new ProducerRecord<>(
              topic,
              stream.home,
              null,
              next.chunk().getId(),
              serializer.serialize(topic, next.chunk()),
              TraceContext.headers(stream.traceparent)),
          (_, problem) -> {
            if (problem == null) {
              published.increment();
            } else {
              stream.failed(problem);
            }
          });
    } catch (RuntimeException | Error e) {
      FatalErrors.throwIfFatal(e);
      stream.failed(e);
    }
  }

  private boolean reserve(int bytes) {
    if (queuedBytes.addAndGet(bytes) <= maxBytes) {
      return true;
    }
    queuedBytes.addAndGet(-bytes);
    return false;
  }

  private void broken(String why) {
    Counter.builder("penstock.worker.streams.broken")
        .description("Streams that ended early while their requests went on")
        .tags(tags.and("why", why))
        .register(meters)
        .increment();
  }

  private static Key keyOf(Lease lease) {
    return new Key(lease.getSession(), lease.getTenant(), lease.getRequestId(), lease.getAttempt());
  }

  private record Queued(AttemptStream stream, TokenChunk chunk, int bytes) {}

  /** The stream of one attempt. */
  private final class AttemptStream implements Stream {

    private final Key key;
    private final AttemptChunks chunks;
    private final int home;
    private final @Nullable String traceparent;

    /** Kafka has lost a chunk of it: what follows is of no use. */
    private volatile boolean lost;

    AttemptStream(Key key, Lease lease, int home, @Nullable String traceparent) {
      this.key = key;
      this.chunks = new AttemptChunks(lease);
      this.home = home;
      this.traceparent = traceparent;
    }

    @Override
    public synchronized void chunk(byte[] data) {
      Optional<TokenChunk> delta = chunks.delta(data, clock.instant());
      if (delta.isEmpty()) {
        return;
      }
      int bytes = data.length + OVERHEAD_BYTES;
      if (!lost && reserve(bytes)) {
        chunks.taken();
        queue.add(new Queued(this, delta.get(), bytes));
      } else {
        if (!lost) {
          broken("full");
        }
        end(ChunkEnd.BROKEN);
      }
    }

    synchronized void end(AttemptOutcome outcome) {
      end(lost ? ChunkEnd.BROKEN : chunks.endOf(outcome.getKind()));
    }

    /** Without an outcome, as after the loss of its session, the lease goes back to dispatch. */
    @Override
    public synchronized void close() {
      end(ChunkEnd.RELEASED);
      open.remove(key, this);
    }

    /** One for each attempt, so this needs no bound of its own. */
    private void end(ChunkEnd how) {
      chunks.end(how, clock.instant()).ifPresent(end -> queue.add(new Queued(this, end, 0)));
    }

    void failed(Throwable problem) {
      if (!lost) {
        lost = true;
        broken("kafka");
        LOG.warn(
            "A stream ends early, because a chunk could not be written: {}", problem.toString());
      }
    }
  }
}
