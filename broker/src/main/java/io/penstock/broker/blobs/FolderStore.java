package io.penstock.broker.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keeps blobs as files of one folder. Several instances may share it if their file system has
 * atomic renames.
 *
 * <p>A blob is written beside the others, forced to the disk, and renamed to its name. The names of
 * unfinished ones begin with a dot, which no blob's name does.
 */
public final class FolderStore implements BlobStore {

  private static final String INCOMING = ".incoming";

  private final Path root;
  private final Path incoming;

  private FolderStore(Path root) {
    this.root = root;
    this.incoming = root.resolve(INCOMING);
  }

  /**
   * Opens a folder, which is made if it is missing. A file system that stalls holds up none but
   * those that use the store.
   *
   * @throws IOException if it cannot be made
   */
  public static BlobStore open(Path folder) throws IOException {
    FolderStore store = new FolderStore(folder.toAbsolutePath().normalize());
    Files.createDirectories(store.incoming);
    return new PooledStore(store);
  }

  @Override
  public void sweep(Instant now, Duration age) throws IOException {
    try (var unfinished = Files.newDirectoryStream(incoming)) {
      for (Path each : unfinished) {
        try {
          if (Files.getLastModifiedTime(each).toInstant().isBefore(now.minus(age))) {
            Files.deleteIfExists(each);
          }
        } catch (NoSuchFileException finishedMeanwhile) {
          // Its writer has just committed or discarded it.
        }
      }
    } catch (IOException failed) {
      requireThere(failed);
      throw failed;
    }
  }

  /**
   * Tells a folder that is away, such as one on a disk that is not mounted, from one that lacks
   * something.
   */
  private void requireThere(@Nullable Throwable cause) throws IOException {
    if (!Files.isDirectory(incoming)) {
      throw new StoreUnavailableException(
          "the folder %s is not there; is its disk mounted?".formatted(incoming), cause);
    }
  }

  @Override
  public BlobWriter create(BlobName name) throws IOException {
    Path unfinished = incoming.resolve(UUID.randomUUID().toString());
    try {
      FileChannel channel =
          FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new Writer(path(name), unfinished, channel);
    } catch (IOException failed) {
      requireThere(failed);
      throw failed;
    }
  }

  @Override
  public InputStream read(BlobName name, long from, long length) throws IOException {
    if (from < 0 || length < 0) {
      throw new IllegalArgumentException(
          "from is %d and length %d; neither may be negative".formatted(from, length));
    }
    // Linux opens a folder like a file.
    if (size(name).isEmpty()) {
      throw new NoSuchBlobException(name);
    }
    SeekableByteChannel channel;
    try {
      channel =
          Files.newByteChannel(path(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException deletedMeanwhile) {
      NoSuchBlobException missing = new NoSuchBlobException(name);
      missing.initCause(deletedMeanwhile);
      throw missing;
    }
    try {
      channel.position(from);
      return new BoundedStream(Channels.newInputStream(channel), length);
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  @Override
  public OptionalLong size(BlobName name) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(path(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return found.isRegularFile() ? OptionalLong.of(found.size()) : OptionalLong.empty();
    } catch (FileSystemException failed) {
      requireThere(failed);
      if (failed instanceof NoSuchFileException || isBelowFile(name)) {
        return OptionalLong.empty();
      }
      throw failed;
    }
  }

  /** Whether a blob has a name of which this one is a continuation. */
  private boolean isBelowFile(BlobName name) {
    for (Path each = path(name).getParent(); !each.equals(root); each = each.getParent()) {
      if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    if (size(name).isEmpty()) {
      return false;
    }
    Path blob = path(name);
    boolean deleted = Files.deleteIfExists(blob);
    removeEmptyFolders(blob.getParent());
    return deleted;
  }

  @Override
  public List<BlobName> list(BlobName under, Instant before) throws IOException {
    List<BlobName> found = new ArrayList<>();
    Path folder = path(under);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      requireThere(null);
      return found;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()
                && attributes.lastModifiedTime().toInstant().isBefore(before)) {
              BlobName.parse(root.relativize(file).toString().replace('\\', '/'))
                  .ifPresent(found::add);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
            if (failed instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failed;
          }
        });
    found.sort(null);
    return found;
  }

  private Path path(BlobName name) {
    return root.resolve(name.value());
  }

  private void removeEmptyFolders(Path from) {
    for (Path each = from; !each.equals(root); each = each.getParent()) {
      try {
        Files.deleteIfExists(each);
      } catch (DirectoryNotEmptyException inUse) {
        return;
      } catch (IOException kept) {
        // An empty folder does no harm.
        return;
      }
    }
  }

  /**
   * So that the new name survives a crash. Some systems cannot open a folder; there it is theirs.
   */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // Windows.
    }
  }

  private final class Writer extends BlobWriter {

    private final Path target;
    private final Path unfinished;
    private final FileChannel channel;
    private boolean open = true;

    Writer(Path target, Path unfinished, FileChannel channel) {
      this.target = target;
      this.unfinished = unfinished;
      this.channel = channel;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }

    @Override
    public void commit() throws IOException {
      channel.force(true);
      channel.close();
      try {
        rename();
      } catch (IOException failed) {
        requireThere(failed);
        throw failed;
      }
      open = false;
      for (Path each = target.getParent(); ; each = each.getParent()) {
        force(each);
        if (each.equals(root)) {
          return;
        }
      }
    }

    @Override
    public void close() throws IOException {
      if (open) {
        open = false;
        channel.close();
        Files.deleteIfExists(unfinished);
      }
    }

    /** Another thread may delete an empty folder between its making and its use. */
    private void rename() throws IOException {
      for (int tries = 1; ; tries++) {
        try {
          Files.createDirectories(target.getParent());
          Files.move(
              unfinished,
              target,
              StandardCopyOption.ATOMIC_MOVE,
              StandardCopyOption.REPLACE_EXISTING);
          return;
        } catch (NoSuchFileException | FileAlreadyExistsException folderGone) {
          // A neighbour that was deleted took the folder along, here also while it was made.
          if (tries == 10) {
            throw folderGone;
          }
        }
      }
    }
  }
}
