package io.penstock.compose.bench.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.batches.lifecycle.Part;
import io.penstock.broker.blobs.BlobName;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds the checkpoints and files of batches against what must be true. */
final class BatchAudit {

  private static final Pattern CUSTOM_ID = Pattern.compile("\"custom_id\":\"line-([0-9]+)\"");

  private final SimBlobs blobs;
  private final Audit audit;

  BatchAudit(SimBlobs blobs, Audit audit) {
    this.blobs = blobs;
    this.audit = audit;
  }

  /**
   * A checkpoint was written.
   *
   * @param before the former one
   */
  void checkpoint(Batch before, Batch now) {
    if (!now.status().isTerminal()) {
      int counted = now.tally().completed() + now.tally().failed();
      int answered = now.answered().count();
      require(
          now,
          answered == counted,
          "%d lines are answered, and %d counted".formatted(answered, counted));
      require(
          now,
          answered >= before.answered().count() && now.fed() >= before.fed(),
          "its checkpoint goes back");
    }
    require(
        now,
        !before.status().isTerminal() || now.status() == before.status(),
        "it goes on from " + before.status() + " to " + now.status());
    parts(now, "output", now.outputParts());
    parts(now, "errors", now.errorParts());
    if (now.status().isTerminal() && now.total() > 0) {
      files(now);
    }
  }

  private void parts(Batch batch, String file, List<Part> parts) {
    for (Part part : parts) {
      int bytes = blobs.get(name(batch, file, part)).length;
      require(
          batch,
          bytes == part.bytes(),
          "its checkpoint names %s with %d bytes, and there are %d"
              .formatted(part.name(), part.bytes(), bytes));
    }
  }

  private void files(Batch batch) {
    BitSet seen = new BitSet();
    int completed = lines(batch, "output", batch.outputParts(), seen, true);
    int failed = lines(batch, "errors", batch.errorParts(), seen, false);
    require(
        batch,
        completed == batch.tally().completed() && failed == batch.tally().failed(),
        "its files have %d and %d lines, and it counted %d and %d"
            .formatted(completed, failed, batch.tally().completed(), batch.tally().failed()));
    require(
        batch,
        seen.cardinality() == batch.total(),
        "%d of its %d lines are in its files".formatted(seen.cardinality(), batch.total()));
  }

  private int lines(Batch batch, String file, List<Part> parts, BitSet seen, boolean succeeded) {
    int first = Integer.parseInt(batch.order().id().substring(1));
    int lines = 0;
    for (Part part : parts) {
      Matcher each = CUSTOM_ID.matcher(new String(blobs.get(name(batch, file, part)), UTF_8));
      while (each.find()) {
        int line = Integer.parseInt(each.group(1));
        require(batch, !seen.get(line), "line %d is in its files twice".formatted(line));
        require(
            batch,
            !succeeded || audit.hasSucceeded(first + line - 1),
            "line %d is in its output, and has not succeeded".formatted(line));
        seen.set(line);
        lines++;
      }
    }
    return lines;
  }

  private static BlobName name(Batch batch, String file, Part part) {
    return BlobName.of("batches", batch.order().id(), file, part.name());
  }

  private static void require(Batch batch, boolean holds, String what) {
    if (!holds) {
      throw new ViolationException(
          Invariant.BATCH_ADDS_UP,
          "batch %s (%s): %s".formatted(batch.order().id(), batch.status(), what));
    }
  }
}
