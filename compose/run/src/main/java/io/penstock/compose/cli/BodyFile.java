package io.penstock.compose.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A file that holds one body, which is sent as it is. */
final class BodyFile {

  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private BodyFile() {}

  /**
   * The file's bytes, without a byte-order mark.
   *
   * @param mostBytes the largest body accepted; no more is read
   */
  static byte[] read(Path path, int mostBytes) {
    byte[] bytes;
    try (InputStream stream = Files.newInputStream(path)) {
      bytes = stream.readNBytes(mostBytes + MARK.length + 1);
    } catch (IOException e) {
      throw CliException.usage(
          "--body-file: %s cannot be read: %s".formatted(path, e.getMessage()));
    }
    boolean marked = bytes.length >= 3 && Arrays.equals(bytes, 0, 3, MARK, 0, 3);
    byte[] body = marked ? Arrays.copyOfRange(bytes, 3, bytes.length) : bytes;
    if (body.length > mostBytes) {
      throw CliException.usage(
          "--body-file: %s has more than %d bytes, which is the largest body accepted"
              .formatted(path, mostBytes));
    }
    return body;
  }
}
