package io.penstock.broker.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.connections.UploadPlaces;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.UnknownWriteException;
import io.penstock.broker.http.CallerBody;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.paging.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** OpenAI's files. */
@Controller("/v1/files")
@ExecuteOn(TaskExecutors.BLOCKING)
final class FileController {

  private static final int MOST = 10_000;
  private static final MediaType JSON_LINES = MediaType.of("application/jsonl");

  private final FileUploads uploads;
  private final FileRegistry registry;
  private final FileDirectory directory;
  private final BlobStore blobs;
  private final Forwarding forwarding;
  private final Limiter limiter;
  private final UploadPlaces places;
  private final InstantSource clock;

  FileController(
      FileUploads uploads,
      FileRegistry registry,
      FileDirectory directory,
      BlobStore blobs,
      Forwarding forwarding,
      Limiter limiter,
      UploadPlaces places,
      InstantSource clock) {
    this.uploads = uploads;
    this.registry = registry;
    this.directory = directory;
    this.blobs = blobs;
    this.forwarding = forwarding;
    this.limiter = limiter;
    this.places = places;
    this.clock = clock;
  }

  /** Streams the file into the store; its home is one that this instance owns. */
  @Post
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  HttpResponse<byte[]> upload(HttpRequest<?> request, @Body InputStream body)
      throws IOException, InterruptedException {
    String contentType = request.getHeaders().get(HttpHeaders.CONTENT_TYPE);
    try (body) {
      limiter.count(Callers.of(request));
      try (UploadPlaces.Place _ = places.take(Callers.of(request).tenant())) {
        return json(FileJson.of(taken(request, contentType, body)));
      }
    }
  }

  private FileRecord taken(HttpRequest<?> request, @Nullable String contentType, InputStream body)
      throws IOException {
    UploadForm form = UploadForm.read(String.valueOf(contentType), new CallerBody(body), uploads);
    return publish(Callers.of(request).tenant(), form);
  }

  private FileRecord publish(String tenant, UploadForm form) throws IOException {
    try {
      return uploads.publish(
          tenant, form.purpose(), form.name(), form.expiresAfter(), form.content());
    } catch (UnknownWriteException unknown) {
      // Its record may last, and names the content.
      throw unknown;
    } catch (IOException | RuntimeException failed) {
      uploads.discard(form.content());
      throw failed;
    }
  }

  @Get
  HttpResponse<byte[]> list(
      HttpRequest<?> request,
      @Nullable @QueryValue String after,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String order,
      @Nullable @QueryValue String purpose) {
    limiter.count(Callers.of(request));
    Page.Query query = Page.Query.of(after, limit, order, MOST, MOST);
    var files =
        directory.of(Callers.of(request).tenant(), clock.instant()).stream()
            .filter(file -> purpose == null || file.purpose().equals(purpose))
            .toList();
    return json(Page.of(files, FileRecord::id, query).json(FileJson::of));
  }

  @Get("/{id}")
  HttpResponse<?> one(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    limiter.count(Callers.of(request));
    return json(FileJson.of(known(request, id)));
  }

  /** The content lies where every instance can read it, so nobody else need be asked. */
  @Get("/{id}/content")
  @Produces(MediaType.ALL)
  HttpResponse<?> content(HttpRequest<?> request, String id) throws IOException {
    Optional<FileRecord> found = directory.find(Callers.of(request).tenant(), id, clock.instant());
    if (found.isEmpty()) {
      Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
      if (elsewhere.isPresent()) {
        return elsewhere.get();
      }
    }
    limiter.count(Callers.of(request));
    FileRecord file = found.isPresent() ? found.get() : known(request, id);
    String wanted = request.getHeaders().get(HttpHeaders.RANGE);
    Optional<ByteRange> range =
        wanted == null ? Optional.empty() : ByteRange.of(wanted, file.bytes());
    return range.isPresent()
        ? partial(file, range.get())
        : content(HttpResponse.ok(), file, new ByteRange(0, file.bytes()));
  }

  @Delete("/{id}")
  HttpResponse<?> delete(HttpRequest<?> request, String id) throws IOException {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, id);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    limiter.count(Callers.of(request));
    String tenant = Callers.of(request).tenant();
    return switch (registry.delete(tenant, id, clock.instant())) {
      case FileRegistry.Deletion.Done() -> json(FileJson.deleted(id));
      case FileRegistry.Deletion.Absent() -> throw new ApiException(ApiError.notFound("file", id));
      case FileRegistry.Deletion.InUse(String user) ->
          throw new ApiException(
              ApiError.invalid(
                      409,
                      "file_in_use",
                      "Batch %s still reads this file; cancel it or wait for its end."
                          .formatted(user))
                  .with(ApiError.SHOULD_RETRY, "false"));
    };
  }

  private FileRecord known(HttpRequest<?> request, String id) {
    Instant now = clock.instant();
    return registry
        .find(Callers.of(request).tenant(), id, now)
        .orElseThrow(() -> new ApiException(ApiError.notFound("file", id)));
  }

  private HttpResponse<?> partial(FileRecord file, ByteRange range) throws IOException {
    if (range.length() == 0) {
      throw new ApiException(
          ApiError.invalid(
                  416,
                  "invalid_range",
                  "The file has %d bytes; ask for some of them.".formatted(file.bytes()))
              .with(HttpHeaders.CONTENT_RANGE, "bytes */%d".formatted(file.bytes())));
    }
    MutableHttpResponse<?> response = HttpResponse.status(HttpStatus.PARTIAL_CONTENT);
    response.header(
        HttpHeaders.CONTENT_RANGE,
        "bytes %d-%d/%d".formatted(range.from(), range.from() + range.length() - 1, file.bytes()));
    return content(response, file, range);
  }

  private HttpResponse<?> content(MutableHttpResponse<?> response, FileRecord file, ByteRange range)
      throws IOException {
    InputStream in = new FileContent(blobs, file, range.from(), range.length()).checked();
    return response
        .header(HttpHeaders.ACCEPT_RANGES, "bytes")
        .header("x-content-type-options", "nosniff")
        .body(
            new StreamedFile(in, JSON_LINES, file.createdAt().toEpochMilli(), range.length())
                .attach(ascii(file.name())));
  }

  /** Headers carry no other characters as they are. */
  private static String ascii(String name) {
    return StandardCharsets.US_ASCII.newEncoder().canEncode(name) ? name : "file.jsonl";
  }

  private static HttpResponse<byte[]> json(ObjectNode body) {
    return HttpResponse.ok(body.toString().getBytes(StandardCharsets.UTF_8))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
