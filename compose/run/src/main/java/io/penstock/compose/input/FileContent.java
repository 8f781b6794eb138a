package io.penstock.compose.input;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * A file's text as UTF-8, whatever it is kept as: gzip is unpacked, UTF-16 translated, and a
 * byte-order mark left out. What is neither is named, with a remedy.
 */
final class FileContent {

  private static final int LOOK = 64;

  private FileContent() {}

  /**
   * Opens the file at its beginning.
   *
   * @throws InputException if it holds no text that can be read
   */
  static InputStream open(Path path) throws IOException, InputException {
    BufferedInputStream stream = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
    try {
      byte[] start = look(stream);
      if (begins(start, 0x1F, 0x8B)) {
        stream = new BufferedInputStream(unpacked(stream), 1 << 16);
        start = look(stream);
      }
      return text(path, stream, start);
    } catch (IOException | InputException e) {
      stream.close();
      throw e;
    }
  }

  /**
   * Returns whether a CR by itself ends the lines: there are some, and no LF as far as it can be
   * read.
   */
  static boolean endedByCr(Path path) throws IOException, InputException {
    boolean cr = false;
    try (ByteSource source = new ByteSource(open(path))) {
      for (int b = source.read(); b >= 0; b = source.read()) {
        if (b == '\n') {
          return false;
        }
        cr |= b == '\r';
      }
    } catch (EOFException cutOff) {
      return cr;
    }
    return cr;
  }

  /** Says that nothing is available, so that a buffer before it keeps what comes before a cut. */
  private static InputStream unpacked(InputStream packed) throws IOException {
    return new FilterInputStream(new GZIPInputStream(packed, 1 << 16)) {
      @Override
      public int available() {
        return 0;
      }
    };
  }

  private static byte[] look(BufferedInputStream stream) throws IOException {
    stream.mark(LOOK);
    byte[] start = stream.readNBytes(LOOK);
    stream.reset();
    return start;
  }

  private static InputStream text(Path path, InputStream stream, byte[] start)
      throws IOException, InputException {
    if (begins(start, 0xEF, 0xBB, 0xBF)) {
      stream.skipNBytes(3);
      return stream;
    }
    if (begins(start, 0xFF, 0xFE, 0, 0) || begins(start, 0, 0, 0xFE, 0xFF)) {
      throw no(path, "it is UTF-32; save it as UTF-8");
    }
    if (begins(start, 0xFF, 0xFE) || begins(start, 0xFE, 0xFF)) {
      stream.skipNBytes(2);
      return new Utf16Stream(stream, begins(start, 0xFE, 0xFF));
    }
    if (asciiAsUtf16(start, 1) || asciiAsUtf16(start, 0)) {
      return new Utf16Stream(stream, asciiAsUtf16(start, 0));
    }
    refuse(path, start);
    return stream;
  }

  private static void refuse(Path path, byte[] start) throws InputException {
    if (begins(start, 'P', 'K', 3, 4)) {
      throw no(path, "it is a ZIP archive or a spreadsheet; unpack it, or save the sheet as CSV");
    }
    if (begins(start, 0x28, 0xB5, 0x2F, 0xFD)) {
      throw no(path, "it is packed with zstd; unpack it, or pack it with gzip");
    }
    if (begins(start, 'B', 'Z', 'h')) {
      throw no(path, "it is packed with bzip2; unpack it, or pack it with gzip");
    }
    if (begins(start, 0xFD, '7', 'z', 'X', 'Z')) {
      throw no(path, "it is packed with xz; unpack it, or pack it with gzip");
    }
    if (begins(start, 'P', 'A', 'R', '1')) {
      throw no(path, "it is Parquet; write its rows as JSONL or CSV");
    }
    for (byte each : start) {
      if (each == 0) {
        throw no(path, "it is no text, since it holds zero bytes; save it as UTF-8 text");
      }
    }
  }

  private static InputException no(Path path, String fault) {
    return new InputException("%s: cannot be read: %s".formatted(path, fault));
  }

  private static boolean begins(byte[] start, int... expected) {
    for (int i = 0; i < expected.length; i++) {
      if (i >= start.length || (start[i] & 0xFF) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns whether the first characters are ASCII in two bytes each, with the zeros at these
   * places.
   */
  private static boolean asciiAsUtf16(byte[] start, int zeros) {
    byte[] first = Arrays.copyOf(start, Math.min(start.length & ~1, 8));
    for (int i = 0; i < first.length; i++) {
      if (i % 2 == zeros ? first[i] != 0 : first[i] <= 0) {
        return false;
      }
    }
    return first.length > 0;
  }
}
