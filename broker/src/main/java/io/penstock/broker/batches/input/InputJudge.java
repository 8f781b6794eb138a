package io.penstock.broker.batches.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges an input file as a whole, so that a batch with a fault runs nothing. It is given the file
 * piece by piece and reads nothing itself. Memory is bounded by one line, a hash for each request
 * and the faults that are listed. For use by one thread at a time.
 */
public final class InputJudge {

  /** 128 bits of SHA-256: nobody finds two names of one digest. */
  private record Digest(long high, long low) {}

  private static final int PIECE = 64 * 1024;

  private final InputLimits limits;
  private final LineScanner scanner;
  private final LineReader reader;
  private final MessageDigest sha256 = sha256();
  private final Map<Digest, Long> firstLines = new HashMap<>();
  private final List<InputFault> faults = new ArrayList<>();
  private long unlisted;
  private int requests;
  private @Nullable String model;
  private boolean severalModels;
  private ByteBuffer piece = ByteBuffer.allocate(0);
  private boolean ended;

  /**
   * Begins to judge.
   *
   * @param endpoint the batch's, which every line must name as its url
   */
  public InputJudge(String endpoint, InputLimits limits) {
    this.limits = limits;
    this.scanner = new LineScanner(this::next, 0, limits.maxLineBytes());
    this.reader = new LineReader(endpoint, limits.maxBodyBytes());
  }

  /** Reads a file to its end. */
  public static InputVerdict judge(InputStream in, String endpoint, InputLimits limits)
      throws IOException {
    return new InputJudge(endpoint, limits).judge(in);
  }

  /** Reads a file to its end, from its beginning. */
  public InputVerdict judge(InputStream in) throws IOException {
    byte[] bytes = new byte[PIECE];
    Optional<InputVerdict> verdict = Optional.empty();
    while (verdict.isEmpty()) {
      int length = in.readNBytes(bytes, 0, PIECE);
      verdict = length == 0 ? Optional.of(end()) : take(bytes, length);
    }
    return verdict.get();
  }

  /**
   * Judges the lines that are complete with the next piece of the file.
   *
   * @param length how many bytes it has
   * @return the verdict, if the file is refused whatever follows
   */
  public Optional<InputVerdict> take(byte[] bytes, int length) {
    piece = ByteBuffer.wrap(bytes, 0, length);
    return lines();
  }

  /** The verdict, now that the file has ended. */
  public InputVerdict end() {
    ended = true;
    return lines().orElseGet(this::verdict);
  }

  private Optional<InputVerdict> lines() {
    while (find() == LineScanner.Found.LINE) {
      Optional<InputVerdict> refused = judgeLine();
      if (refused.isPresent()) {
        return refused;
      }
    }
    return Optional.empty();
  }

  private LineScanner.Found find() {
    try {
      return scanner.find();
    } catch (IOException nothingIsRead) {
      throw new UncheckedIOException(nothingIsRead);
    }
  }

  private int next(byte[] into, int from, int length) {
    if (!piece.hasRemaining()) {
      return ended ? -1 : 0;
    }
    int some = Math.min(length, piece.remaining());
    piece.get(into, from, some);
    return some;
  }

  /** Judges the line on which the scanner stands; the verdict if the whole file is refused. */
  private Optional<InputVerdict> judgeLine() {
    if (scanner.end() > limits.maxBytes()) {
      return refused(
          "file_too_large",
          "The file has more than %d bytes. Split it into several batches."
              .formatted(limits.maxBytes()));
    }
    if (scanner.blank()) {
      return Optional.empty();
    }
    requests++;
    if (requests > limits.maxRequests()) {
      return refused(
          "too_many_requests",
          "The file has more than %d requests. Split it into several batches."
              .formatted(limits.maxRequests()));
    }
    judgeRequest();
    return Optional.empty();
  }

  private InputVerdict verdict() {
    if (requests == 0) {
      return refused("empty_file", "The file has no requests. Write one on each line.")
          .orElseThrow();
    }
    if (faults.isEmpty()) {
      return new InputVerdict.Accepted(requests, severalModels ? null : model);
    }
    if (unlisted > 0) {
      faults.add(
          new InputFault(
              "more_errors",
              "There are %d more errors; correct those listed first.".formatted(unlisted),
              null,
              null));
    }
    return new InputVerdict.Refused(faults);
  }

  private void judgeRequest() {
    List<InputFault> ofLine = reader.read(scanner);
    ofLine.forEach(this::add);
    reader.customId().ifPresent(customId -> judgeName(customId, scanner.number()));
    if (ofLine.isEmpty()) {
      severalModels |= model != null && !model.equals(reader.model());
      model = reader.model();
    }
  }

  private void judgeName(String customId, long line) {
    Long first = firstLines.putIfAbsent(digest(customId), line);
    if (first != null) {
      add(
          new InputFault(
              "duplicate_custom_id",
              "custom_id is that of line %d, too; give each request its own.".formatted(first),
              line,
              "custom_id"));
    }
  }

  private void add(InputFault fault) {
    if (faults.size() < limits.maxFaults()) {
      faults.add(fault);
    } else {
      unlisted++;
    }
  }

  private static Optional<InputVerdict> refused(String code, String message) {
    return Optional.of(
        new InputVerdict.Refused(List.of(new InputFault(code, message, null, null))));
  }

  private Digest digest(String customId) {
    ByteBuffer hash = ByteBuffer.wrap(sha256.digest(customId.getBytes(StandardCharsets.UTF_8)));
    return new Digest(hash.getLong(), hash.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
