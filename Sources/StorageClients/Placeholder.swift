enum StorageClientsPlaceholder {}
