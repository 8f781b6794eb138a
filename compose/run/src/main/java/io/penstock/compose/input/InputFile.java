package io.penstock.compose.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file of requests, in the format that its name's ending says, in UTF-8 or UTF-16, plain or
 * packed with gzip. May be opened several times.
 */
public record InputFile(Path path, Format format) {

  /** What a line or row holds besides the body: ids, names, other columns. */
  private static final int BESIDE_BODY = 64 * 1024;

  /** The formats that can be read. */
  public enum Format {
    /** A text on each line. */
    TXT,
    /** RFC 4180 with a header line that names a {@code prompt} column. */
    CSV,
    /** OpenAI batch lines: a JSON object with custom_id, method, url and body on each line. */
    JSONL
  }

  /**
   * The file of this name.
   *
   * @throws InputException if the ending is none of .txt, .csv and .jsonl (also .tsv, .ndjson, and
   *     any with .gz), or it is no readable file
   */
  public static InputFile of(Path path) throws InputException {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".gz")) {
      name = name.substring(0, name.length() - ".gz".length());
    }
    Format format;
    if (name.endsWith(".txt")) {
      format = Format.TXT;
    } else if (name.endsWith(".csv") || name.endsWith(".tsv")) {
      format = Format.CSV;
    } else if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
      format = Format.JSONL;
    } else {
      throw new InputException(
          path
              + ": the name must end in .txt (a text on each line), .csv (a prompt column)"
              + " or .jsonl (OpenAI batch lines)");
    }
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new InputException(path + ": there is no readable file of this name");
    }
    return new InputFile(path, format);
  }

  /**
   * Starts reading at the beginning. The caller closes the reader. No more of the file is held than
   * one item of the largest body.
   *
   * @param maxBodyBytes the largest body of a request
   * @throws InputException if the file cannot be opened, or its header is unusable
   */
  public InputReader open(int maxBodyBytes) throws InputException {
    int most = maxBodyBytes + BESIDE_BODY;
    try {
      return switch (format) {
        case TXT -> new TextReader(lines(most));
        case CSV -> CsvReader.open(path.toString(), () -> FileContent.open(path), most);
        case JSONL -> new JsonLinesReader(lines(most));
      };
    } catch (IOException e) {
      throw new InputException(path + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  private LineSource lines(int most) throws IOException, InputException {
    boolean endedByCr = FileContent.endedByCr(path);
    return new LineSource(new ByteSource(FileContent.open(path)), most, endedByCr);
  }
}
