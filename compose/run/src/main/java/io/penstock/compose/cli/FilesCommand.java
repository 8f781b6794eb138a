package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FileForm;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code penstock files} and the commands below it. */
@Command(
    name = "files",
    description = "Upload, list, download and delete files of the HTTP front.",
    footer = {
      "",
      "Examples:",
      "  penstock files upload requests.jsonl",
      "  penstock files list --purpose batch_output",
      "  penstock files download file-0195f0a2 --output answers.jsonl",
      "  penstock files delete file-0195f0a2"
    })
final class FilesCommand extends GroupCommand {

  private static final String PATH = "/v1/files";
  private static final int PAGE = 1000;

  /** Refuses a file to upload that is not there or cannot be read. */
  static void requireReadable(Path file) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw CliException.usage("cannot read %s; name a file that is there".formatted(file));
    }
  }

  private static String path(String id) {
    return PATH + "/" + FrontPages.encoded(id);
  }

  private static Listing<ObjectNode> listing(Instant now) {
    return Listing.ofRecords(
        file -> file,
        Column.shown("ID", file -> file.path("id").asText()),
        Column.shown("BYTES", file -> file.path("bytes").asLong()),
        Column.shown("PURPOSE", file -> file.path("purpose").asText()),
        Column.shown("CREATED", file -> time(file, "created_at").map(at -> age(at, now) + " ago")),
        Column.shown("EXPIRES", file -> time(file, "expires_at").map(at -> "in " + age(now, at))),
        Column.shown("NAME", file -> file.path("filename").asText()));
  }

  private static Optional<Instant> time(ObjectNode file, String field) {
    return new BatchObject(file).time(field);
  }

  private static String age(Instant from, Instant to) {
    return TimeText.age(Duration.between(from, to));
  }

  /** {@code penstock files upload}. */
  @Command(
      name = "upload",
      description = {
        "Upload a file; it is read while it is sent. Prints its id.",
        "",
        "JSON: OpenAI's object."
      })
  static final class Upload extends FrontCommand {

    @Parameters(paramLabel = "FILE", description = "The file.")
    Path file = Path.of("");

    @Option(
        names = "--purpose",
        paramLabel = "NAME",
        description = "What it is for (default: ${DEFAULT-VALUE}).")
    String purpose = "batch";

    @Option(
        names = "--expires-in",
        paramLabel = "TIME",
        description = "Delete it after that time, from 1h to 30d (default: never).")
    @Nullable String expiresIn;

    Upload(Environment environment) {
      super(environment);
    }

    @Override
    void validate() {
      requireReadable(file);
      fields();
    }

    private Map<String, String> fields() {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("purpose", purpose);
      if (expiresIn != null) {
        fields.put("expires_after[anchor]", "created_at");
        fields.put(
            "expires_after[seconds]",
            Long.toString(TimeText.duration("--expires-in", expiresIn).toSeconds()));
      }
      return fields;
    }

    @Override
    int run(FrontClient client) throws Exception {
      ObjectNode uploaded = client.object(FileForm.upload(file, fields()));
      console().print(output.json ? uploaded.toString() : uploaded.path("id").asText());
      return ExitCodes.OK;
    }
  }

  /** {@code penstock files list}. */
  @Command(
      name = "list",
      description = {"Show your files, the latest first.", "", "JSON: OpenAI's object for each."})
  static final class ListFiles extends FrontCommand {

    @Option(
        names = "--purpose",
        paramLabel = "NAME",
        description = "Only those for this, such as batch or batch_output.")
    @Nullable String purpose;

    @Mixin final LimitOption limit = new LimitOption();

    ListFiles(Environment environment) {
      super(environment);
    }

    @Override
    void validate() {
      limit.validate();
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      String query = purpose == null ? "" : "?purpose=" + FrontPages.encoded(purpose);
      List<ObjectNode> files = FrontPages.read(client, PATH + query, limit.most(), PAGE);
      listing(environment.clock().instant()).print(console(), output.json, files, "no file");
      return ExitCodes.OK;
    }
  }

  /** A command about one file. */
  abstract static class OfFile extends FrontCommand {

    @Parameters(paramLabel = "ID", description = "The file's id.")
    String id = "";

    OfFile(Environment environment) {
      super(environment);
    }
  }

  /** {@code penstock files show}. */
  @Command(
      name = "show",
      description = {"Show what is known of a file.", "", "JSON: OpenAI's object."})
  static final class Show extends OfFile {

    Show(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      listing(environment.clock().instant())
          .print(console(), output.json, List.of(client.object(FrontCall.get(path(id)))));
      return ExitCodes.OK;
    }
  }

  /** {@code penstock files download}. */
  @Command(
      name = "download",
      description = {
        "Download a file's content, to stdout if no other place is named.",
        "",
        "A file gets its name once it is complete; the same command resumes a download that broke"
            + " off. JSON: OpenAI's object, with --output."
      })
  static final class Download extends OfFile {

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FILE",
        description = "The file to write.")
    @Nullable Path target;

    Download(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws Exception {
      BatchFiles.download(client, console(), id, target == null ? Path.of("-") : target);
      if (output.json && target != null) {
        console().print(client.object(FrontCall.get(path(id))));
      }
      return ExitCodes.OK;
    }
  }

  /** {@code penstock files delete}. */
  @Command(
      name = "delete",
      description = {
        "Delete files. One that a batch still reads cannot be deleted.",
        "",
        "JSON: {\"id\",\"object\",\"deleted\"} for each."
      })
  static final class Delete extends FrontCommand {

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Ids of files.")
    List<String> ids = List.of();

    Delete(Environment environment) {
      super(environment);
    }

    @Override
    int run(FrontClient client) throws InterruptedException {
      for (String id : ids) {
        ObjectNode deleted = client.object(FrontCall.delete(path(id)));
        console().print(output.json ? deleted.toString() : "deleted " + id);
      }
      return ExitCodes.OK;
    }
  }
}
