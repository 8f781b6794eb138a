package io.penstock.compose.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Downloads a file of the front. A connection that breaks or falls silent is taken up again where
 * it broke. What goes to a file is written beside it and takes its name when it is whole; a later
 * download goes on with what an earlier one left there.
 */
public final class FileDownload {

  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-.*");
  private static final int BUFFER = 1 << 16;
  private static final Duration SILENCE = Duration.ofSeconds(60);

  /** Writing failed, and not the connection. */
  private static final class WriteException extends IOException {

    private static final long serialVersionUID = 1;

    WriteException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final FrontClient client;
  private final String id;
  private final long size;
  private final FrontCall call;

  /**
   * @param file the file object
   */
  public FileDownload(FrontClient client, ObjectNode file) {
    this(client, file, SILENCE);
  }

  /**
   * @param silence how long nothing may come before the connection counts as broken
   */
  FileDownload(FrontClient client, ObjectNode file, Duration silence) {
    this.client = client;
    this.id = file.path("id").asText();
    this.size = file.path("bytes").asLong();
    this.call = FrontCall.get("/v1/files/" + id + "/content").withPatience(silence);
  }

  /** How many bytes the file has. */
  public long size() {
    return size;
  }

  /**
   * Downloads it to a path, replacing what is there once it is whole.
   *
   * @param at is told how many bytes are there
   * @throws IOException if it cannot be written
   */
  public void to(Path target, LongConsumer at) throws IOException, InterruptedException {
    Path part = part(target);
    long there = Files.exists(part) ? Files.size(part) : 0;
    if (there > size) {
      Files.delete(part);
      there = 0;
    }
    try (FileChannel channel =
            FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        OutputStream out = java.nio.channels.Channels.newOutputStream(channel.position(there))) {
      copy(out, there, at);
      channel.force(true);
    }
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Where a part of it lies until it is whole. Its name says of which file it is. */
  Path part(Path target) {
    return target.resolveSibling(
        "." + target.getFileName() + "." + id.replaceAll("[^A-Za-z0-9_-]", "_") + ".part");
  }

  /** Copies it to a stream. */
  public void to(OutputStream out) throws IOException, InterruptedException {
    copy(out, 0, _ -> {});
    out.flush();
  }

  private void copy(OutputStream out, long from, LongConsumer at)
      throws IOException, InterruptedException {
    long there = from;
    long failingSince = 0;
    int failures = 0;
    at.accept(there);
    while (there < size) {
      try {
        HttpResponse<InputStream> response =
            client.stream(call.with("range", "bytes=%d-".formatted(there)));
        try (InputStream body = response.body()) {
          skipTo(there, response, body);
          byte[] buffer = new byte[BUFFER];
          for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            write(out, buffer, read);
            there += read;
            failures = 0;
            at.accept(there);
          }
        }
        if (there < size) {
          throw new IOException("the content ended early");
        }
      } catch (WriteException failed) {
        throw failed;
      } catch (IOException broken) {
        if (failures == 0) {
          failingSince = System.nanoTime();
        }
        client.pauseOrGiveUp(++failures, failingSince, broken, call);
      }
    }
  }

  /** Sees that the answer is content, and passes over what is there already. */
  private void skipTo(long there, HttpResponse<InputStream> response, InputStream body)
      throws IOException {
    switch (response.statusCode()) {
      case 206 -> {
        Matcher range =
            CONTENT_RANGE.matcher(response.headers().firstValue("content-range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != there) {
          throw new IOException("another part of the content came than was asked for");
        }
      }
      case 200 -> body.skipNBytes(there);
      default -> {
        FrontAnswer answer =
            new FrontAnswer(response.statusCode(), response.headers(), body.readAllBytes());
        if (answer.isPassing()) {
          throw new IOException("status " + answer.status());
        }
        throw client.failure(answer);
      }
    }
  }

  private static void write(OutputStream out, byte[] buffer, int length) throws WriteException {
    try {
      out.write(buffer, 0, length);
    } catch (IOException failed) {
      throw new WriteException(failed);
    }
  }
}
