package io.penstock.broker.batches.run;

import io.penstock.broker.batches.lifecycle.Part;
import io.penstock.broker.blobs.BlobName;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.BlobWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** Lines of one file that no part holds yet. For use by one thread. */
final class PartBuffer {

  private final BlobStore blobs;
  private final String batch;
  private final String file;
  private final long epoch;
  private ByteArrayOutputStream lines = new ByteArrayOutputStream();
  private long sequence;

  /**
   * @param file the last segment of the parts' common name
   * @param epoch of the owner
   */
  PartBuffer(BlobStore blobs, String batch, String file, long epoch) {
    this.blobs = blobs;
    this.batch = batch;
    this.file = file;
    this.epoch = epoch;
  }

  /** What the parts of a file lie under. */
  static BlobName folder(String batch, String file) {
    return BlobName.of("batches", batch, file);
  }

  static BlobName name(String batch, String file, Part part) {
    return BlobName.of("batches", batch, file, part.name());
  }

  void add(byte[] line) {
    lines.writeBytes(line);
  }

  int bytes() {
    return lines.size();
  }

  /**
   * Writes the lines as a part, under a name of its own at each call. They stay here until {@link
   * #clear()}, since only a checkpoint makes the part count.
   */
  List<Part> write() throws IOException {
    if (lines.size() == 0) {
      return List.of();
    }
    sequence++;
    Part part = new Part(epoch, sequence, lines.size());
    try (BlobWriter writer = blobs.create(name(batch, file, part))) {
      lines.writeTo(writer);
      writer.commit();
    }
    return List.of(part);
  }

  void clear() {
    lines = new ByteArrayOutputStream();
  }
}
