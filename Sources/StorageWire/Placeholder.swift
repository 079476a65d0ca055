enum StorageWirePlaceholder {}
