package io.penstock.broker.batches.run;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.BatchCodec;
import io.penstock.broker.batches.lifecycle.BatchOrder;
import io.penstock.broker.batches.lifecycle.BatchStatus;
import io.penstock.broker.batches.lifecycle.Part;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.files.FileCodec;
import io.penstock.broker.files.FileRecord;
import io.penstock.broker.home.HomeException;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.webhooks.delivery.EventAnnouncer;
import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.EventType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Writes a batch's checkpoints: first the parts, then the record that names them. The last one
 * brings the files into being in the same write. For use by one thread.
 */
final class Checkpoints {

  /** No record of the log holds the checkpoint. */
  static final class TooLargeException extends IOException {

    private static final long serialVersionUID = 1;

    TooLargeException(Throwable cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static final String OUTPUT = "output";
  private static final String ERRORS = "errors";

  private final BatchOrder order;
  private final BlobStore blobs;
  private final StateWriter writer;
  private final Duration retention;
  private final Consumer<FileRecord> newFiles;
  private final EventAnnouncer announcer;
  private final PartBuffer output;
  private final PartBuffer errors;

  Checkpoints(BatchOrder order, BatchRuntime runtime, StateWriter writer) {
    this.order = order;
    this.blobs = runtime.blobs();
    this.writer = writer;
    this.retention = runtime.retention();
    this.newFiles = runtime.newFiles();
    this.announcer = runtime.announcer();
    this.output = new PartBuffer(blobs, order.id(), OUTPUT, writer.epoch());
    this.errors = new PartBuffer(blobs, order.id(), ERRORS, writer.epoch());
  }

  void output(byte[] line) {
    output.add(line);
  }

  void error(byte[] line) {
    errors.add(line);
  }

  /** Drops what was added and not written. */
  void discard() {
    output.clear();
    errors.clear();
  }

  /** How much is only in memory. */
  int bytes() {
    return output.bytes() + errors.bytes();
  }

  /**
   * Writes what was added, and the batch.
   *
   * @param readUpTo the first offset of results that was not read for it
   * @return the batch as it was written
   * @throws HomeLostException if another instance has the home now
   * @throws TooLargeException if the record would be larger than the log takes, now and later
   * @throws IOException if the store or the log failed: nothing counts, and the same call may be
   *     made again
   */
  Batch write(Batch batch, long readUpTo, Instant now) throws IOException {
    EventAnnouncer.Announcement end = end(batch);
    Batch next = batch.flushed(output.write(), errors.write(), readUpTo);
    List<StateChange> changes = new ArrayList<>();
    // Whoever follows the log knows a batch's files before it knows that the batch has ended.
    List<FileRecord> files = next.status().isTerminal() ? files(next, now) : List.of();
    for (FileRecord file : files) {
      byte[] document = FileCodec.encode(file);
      changes.add(new StateChange.Put(new StateEntry(FileRecord.KIND, file.id(), document)));
    }
    changes.add(
        new StateChange.Put(
            new StateEntry(BatchCoordinator.KIND, order.id(), BatchCodec.encode(next))));
    changes.addAll(end.changes());
    try {
      writer.write(changes).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException moved) {
        throw moved;
      }
      if (failed.getCause() instanceof IllegalArgumentException tooLarge) {
        throw new TooLargeException(tooLarge);
      }
      throw new IOException("the log did not take a checkpoint", failed.getCause());
    }
    discard();
    files.forEach(newFiles);
    end.written().run();
    return next;
  }

  /** What tells of the end of the batch, if this is its end. */
  private EventAnnouncer.Announcement end(Batch batch) throws IOException {
    Optional<EventType> type = type(batch.status());
    if (type.isEmpty()) {
      return EventAnnouncer.Announcement.NONE;
    }
    return announcer.announce(
        new WebhookEvent(
            order.tenant(),
            type.get(),
            order.id(),
            batch.reachedAt(batch.status()).orElse(order.createdAt()),
            order.id(),
            order.webhook()));
  }

  private static Optional<EventType> type(BatchStatus status) {
    return switch (status) {
      case COMPLETED -> Optional.of(EventType.BATCH_COMPLETED);
      case FAILED -> Optional.of(EventType.BATCH_FAILED);
      case EXPIRED -> Optional.of(EventType.BATCH_EXPIRED);
      case CANCELLED -> Optional.of(EventType.BATCH_CANCELLED);
      case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> Optional.empty();
    };
  }

  /**
   * Deletes parts that no checkpoint names, which failed writes and earlier owners left.
   *
   * @param last the batch's last checkpoint, in which every request has a line: no owner writes
   *     another part after it
   */
  void sweep(Batch last) throws IOException {
    sweep(OUTPUT, last.outputParts());
    sweep(ERRORS, last.errorParts());
  }

  private void sweep(String file, List<Part> parts) throws IOException {
    Set<BlobName> named = new HashSet<>();
    parts.forEach(part -> named.add(PartBuffer.name(order.id(), file, part)));
    for (BlobName each : blobs.list(PartBuffer.folder(order.id(), file))) {
      if (!named.contains(each)) {
        blobs.delete(each);
      }
    }
  }

  private List<FileRecord> files(Batch last, Instant now) {
    List<FileRecord> files = new ArrayList<>();
    if (!last.outputParts().isEmpty()) {
      files.add(file(order.outputFile(), OUTPUT, last.outputParts(), now));
    }
    if (!last.errorParts().isEmpty()) {
      files.add(file(order.errorFile(), ERRORS, last.errorParts(), now));
    }
    return files;
  }

  private FileRecord file(String id, String kind, List<Part> parts, Instant now) {
    Duration kept = order.outputExpiresAfter() == null ? retention : order.outputExpiresAfter();
    List<FileRecord.Piece> pieces =
        parts.stream()
            .map(
                part -> new FileRecord.Piece(PartBuffer.name(order.id(), kind, part), part.bytes()))
            .toList();
    return new FileRecord(
        id,
        order.tenant(),
        "batch_output",
        "%s_%s.jsonl".formatted(order.id(), kind),
        now,
        now.plus(kept),
        pieces,
        false);
  }
}
