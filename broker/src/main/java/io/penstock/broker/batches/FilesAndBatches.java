package io.penstock.broker.batches;

import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.lifecycle.BatchMachine;
import io.penstock.broker.batches.run.BatchCoordinator;
import io.penstock.broker.batches.run.BatchRuntime;
import io.penstock.broker.batches.run.JudgingPool;
import io.penstock.broker.batches.run.LineLimits;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.connections.UploadPlaces;
import io.penstock.broker.files.FileDirectory;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.files.FileRegistry;
import io.penstock.broker.files.FileUploads;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.RequestGateway;
import io.penstock.broker.home.StateListener;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.settings.FileSettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.Caller;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files and batches of one instance of the front, put together. */
public final class FilesAndBatches implements StateListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FilesAndBatches.class);
  private static final long SWEEP_SECONDS = 30;
  private static final Duration ORPHANS_EVERY = Duration.ofHours(1);

  /** An S3 upload has up to 16 MB in memory. */
  private static final int UPLOADS = 32;

  private static final Duration UPLOAD_PATIENCE = Duration.ofSeconds(20);

  private final FileRegistry registry;
  private final BatchCoordinator coordinator;
  private final FileDirectory fileDirectory = new FileDirectory();
  private final BatchDirectory batchDirectory = new BatchDirectory();
  private final JudgingPool judging = new JudgingPool();
  private final OrphanSweep orphans;
  private final BlobStore blobs;
  private final List<Object> parts;

  // For the sweeping thread.
  private Instant orphansSwept = Instant.EPOCH;

  private final InstantSource clock;
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("penstock-files-sweeper").factory());

  /**
   * @param announcer tells of the end of batches
   * @param limiter holds keys to their limits
   * @param keys as they are followed
   * @param freeSlots how many more requests of a model could start at once
   */
  public FilesAndBatches(
      FileSettings settings,
      TopicSettings topics,
      BlobStore blobs,
      Homes homes,
      RequestGateway gateway,
      EventAnnouncer announcer,
      Limiter limiter,
      Supplier<ApiKeys> keys,
      ToIntFunction<String> freeSlots,
      InstantSource clock) {
    this.clock = clock;
    this.blobs = blobs;
    this.orphans = new OrphanSweep(blobs, fileDirectory, batchDirectory);
    // Each needs the other: files are not deleted while a batch reads them, and batches make files.
    Uses uses = new Uses();
    this.registry = new FileRegistry(homes, blobs, uses::userOf);
    InputLimits limits = InputLimits.of(topics.maxRequestBytes());
    this.coordinator =
        new BatchCoordinator(
            homes,
            new BatchRuntime(
                new BatchMachine(settings.grace()),
                limits,
                judging,
                lineLimits(limiter, keys),
                freeSlots,
                blobs,
                gateway,
                settings.outputRetention(),
                registry::note,
                announcer),
            settings.batchRetention(),
            clock);
    uses.coordinator = coordinator;
    this.parts =
        List.of(
            blobs,
            registry,
            coordinator,
            fileDirectory,
            batchDirectory,
            new FileUploads(homes, blobs, registry, limits.maxBytes(), clock),
            new BatchService(homes, registry, coordinator, batchDirectory, clock),
            new BatchLines(coordinator),
            limiter,
            limits,
            new UploadPlaces(UPLOADS, UPLOAD_PATIENCE),
            new LongestWindow(topics.maxDeadline()));
  }

  private static final class Uses {

    private @Nullable BatchCoordinator coordinator;

    Optional<String> userOf(String fileId) {
      return coordinator == null ? Optional.empty() : coordinator.userOf(fileId);
    }
  }

  /** A batch outlives its key; nothing limits it then. */
  private static LineLimits lineLimits(Limiter limiter, Supplier<ApiKeys> keys) {
    return (keyId, batchId, tokens) -> {
      Caller caller = keys.get().byId(keyId).map(Caller::of).orElse(Caller.ANYBODY);
      return limiter.admitLine(
          caller, batchId, caller.limits().equals(KeyLimits.NONE) ? 1 : tokens.getAsLong());
    };
  }

  /** What lives in this instance's homes. */
  public List<PartitionListener> listeners() {
    return List.of(registry, coordinator, orphans);
  }

  /** How many batches are in progress here. */
  public int running() {
    return coordinator.running();
  }

  /** What controllers are made with. */
  public List<Object> parts() {
    return parts;
  }

  @Override
  public void beginning() {
    fileDirectory.beginning();
    batchDirectory.beginning();
  }

  @Override
  public void upToDate() {
    fileDirectory.upToDate();
    batchDirectory.upToDate();
    orphans.upToDate();
  }

  @Override
  public void entry(String kind, String id, byte @Nullable [] document) {
    if (kind.equals(FileRecord.KIND)) {
      fileDirectory.entry(id, document);
    } else if (kind.equals(BatchCoordinator.KIND)) {
      batchDirectory.entry(id, document);
    } else if (kind.equals(OrphanSweep.KIND)) {
      orphans.entry(document);
    }
  }

  /** Begins to delete what has expired. */
  public void start() {
    var _ =
        sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  private void sweepOrphans(Instant now) {
    if (now.isBefore(orphansSwept.plus(ORPHANS_EVERY))) {
      return;
    }
    orphansSwept = now;
    try {
      blobs.sweep(now, OrphanSweep.AGE);
    } catch (IOException failed) {
      LOG.warn("Cannot look for unfinished uploads: {}", failed.getMessage());
    }
    try {
      orphans.sweep(now);
    } catch (IOException failed) {
      LOG.warn("Cannot look for contents that belong to nothing: {}", failed.getMessage());
    }
  }

  private void sweep() {
    try {
      Instant now = clock.instant();
      registry.sweep(now);
      coordinator.sweep(now);
      sweepOrphans(now);
    } catch (RuntimeException failed) {
      LOG.warn("Sweeping files failed; it is tried again", failed);
    }
  }

  @Override
  public void close() {
    sweeper.shutdownNow();
    coordinator.close();
    judging.close();
  }
}
