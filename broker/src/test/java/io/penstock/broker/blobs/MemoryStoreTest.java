package io.penstock.broker.blobs;

class MemoryStoreTest extends BlobStoreContract {

  private final MemoryStore store = new MemoryStore();

  @Override
  protected BlobStore store() {
    return store;
  }
}
