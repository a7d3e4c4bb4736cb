CREATE USER IF NOT EXISTS 'keeper'@'localhost' IDENTIFIED WITH auth_socket AS 'mysql';
GRANT ALL ON *.* TO 'keeper'@'localhost';
