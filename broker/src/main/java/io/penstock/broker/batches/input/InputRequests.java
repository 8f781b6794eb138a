package io.penstock.broker.batches.input;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The requests of an input file that was judged and accepted, one after the other. For use by one
 * thread.
 */
public final class InputRequests implements Closeable {

  private final InputStream in;
  private final LineScanner scanner;
  private final LineReader reader;
  private int number;

  /**
   * @param in the file from {@code offset} on; closed with this
   * @param offset where a line begins: 0, or the {@code end} of a request
   * @param before how many requests lie before the offset
   * @param endpoint the batch's
   */
  public InputRequests(
      InputStream in, long offset, int before, String endpoint, InputLimits limits) {
    this.in = in;
    this.scanner = new LineScanner(in, offset, limits.maxLineBytes());
    this.reader = new LineReader(endpoint, limits.maxBodyBytes());
    this.number = before;
  }

  /**
   * What is wrong with one line, as the judge of a whole file would say. Whatever writes input
   * files asks this, so that each file can be read to its end.
   *
   * @param line with its line feed
   */
  public static List<InputFault> faults(byte[] line, String endpoint, InputLimits limits)
      throws IOException {
    LineScanner scanner = new LineScanner(new ByteArrayInputStream(line), 0, limits.maxLineBytes());
    return scanner.next()
        ? List.copyOf(new LineReader(endpoint, limits.maxBodyBytes()).read(scanner))
        : List.of();
  }

  /**
   * The next request, with a body of its own; empty at the end.
   *
   * @throws IOException if the file cannot be read, or is not the one that was judged
   */
  public Optional<InputRequest> next() throws IOException {
    while (scanner.next()) {
      if (scanner.blank()) {
        continue;
      }
      List<InputFault> faults = reader.read(scanner);
      if (!faults.isEmpty()) {
        throw new IOException("the input file is not the one that was judged: " + faults);
      }
      number++;
      byte[] body =
          Arrays.copyOfRange(
              scanner.buffer(), reader.bodyFrom(), reader.bodyFrom() + reader.bodyLength());
      return Optional.of(
          new InputRequest(
              number,
              scanner.end(),
              reader.customId().orElseThrow(),
              reader.model(),
              ByteBuffer.wrap(body)));
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
