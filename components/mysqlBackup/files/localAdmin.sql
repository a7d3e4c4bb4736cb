CREATE USER IF NOT EXISTS 'local_admin'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
GRANT ALL ON *.* TO 'local_admin'@'localhost';
